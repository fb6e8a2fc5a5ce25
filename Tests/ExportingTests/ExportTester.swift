import FlowModel
import Foundation
import IPFIX
import Logging
import Synchronization
import Testing

@testable import Exporting

/// Exports that are running, and what they said.
struct ExportTester: Sendable {
    /// Keeps the lines of a log.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        fileprivate func append(_ line: String) { lines.withLock { $0.append(line) } }
    }

    private struct Handler: LogHandler {
        let lines: Lines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug
        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
        func log(event: LogEvent) {
            let all = metadata.merging(event.metadata ?? [:]) { $1 }
            let words = all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            lines.append("\(event.level): \(event.message) \(words.joined(separator: " "))")
        }
    }

    let exports: FlowExports
    let lines = Lines()

    init(_ targets: [String], _ change: (inout FlowExports.Settings) -> Void = { _ in }) throws {
        var settings = FlowExports.Settings()
        settings.backoff = Backoff(first: .milliseconds(5), limit: .milliseconds(20))
        change(&settings)
        let lines = lines
        exports = try FlowExports(
            targets: try targets.map { try ExportTarget($0) }, settings: settings,
            logger: Logger(label: "test") { _ in Handler(lines: lines) })
    }

    /// Runs the exports while `body` does.
    func running<T: Sendable>(_ body: () async throws -> T) async throws -> T {
        let exports = exports
        let task = Task { try await exports.run() }
        do {
            let value = try await body()
            task.cancel()
            try await task.value
            return value
        } catch {
            task.cancel()
            _ = await task.result
            throw error
        }
    }

    /// Waits for something to become true, a minute at most.
    static func eventually(_ what: Comment, _ isTrue: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !isTrue() {
            try #require(ContinuousClock.now < end, what)
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    static var account: ExporterAccount {
        var account = ExporterAccount(samplingInterval: 1)
        account.report.interfaces = [AgentReport.Interface(index: 7, name: "veth7", kind: "veth", captured: 10, dropped: 1)]
        return account
    }

    /// Flows of TCP, UDP and ICMP, IPv4 and IPv6; every third one without an answer. Their numbers are in their flowId.
    static func flows(_ count: Int, first: Int = 0) -> FlowBatch {
        var flows = FlowBatch()
        flows.names = ["", "veth7"]
        for number in first..<first + count {
            var flow = FlowRecord()
            flow.flowId = UInt64(number + 1)
            flow.flowStartMilliseconds = 1_700_000_000_000 + Int64(number)
            flow.flowEndMilliseconds = flow.flowStartMilliseconds + 1234
            flow.initialStartMilliseconds = flow.flowStartMilliseconds
            flow.packetDeltaCount = UInt64(number % 1000 + 1)
            flow.octetDeltaCount = number % 7 == 0 ? 5_000_000_000 + UInt64(number) : UInt64(number % 9000 + 40)
            if number % 3 != 0 {
                flow.reversePacketDeltaCount = UInt64(number % 500 + 1)
                flow.reverseOctetDeltaCount = UInt64(number % 4000 + 40)
            }
            let (low, high) = (UInt32(number & 0xFFFF), UInt32(number >> 16 & 0xFF))
            flow.sourceAddress = IPAddress(ipv4: 0x0A00_0000 | high << 16 | low)
            flow.destinationAddress = IPAddress(ipv4: 0x0A64_0000 | low)
            if number % 5 == 0 {
                flow.sourceAddress = IPAddress(high: 0xFD00_0000_0000_0001, low: UInt64(number))
                flow.destinationAddress = IPAddress(high: 0xFD00_0000_0000_0002, low: UInt64(number))
            }
            flow.protocolIdentifier = [6, 17, 6, 1][number % 4]
            if flow.protocolIdentifier == 1 {
                flow.protocolIdentifier = flow.sourceAddress.isIPv6 ? 58 : 1
                (flow.icmpType, flow.icmpCode) = (flow.sourceAddress.isIPv6 ? 128 : 8, 0)
            } else {
                flow.sourceTransportPort = UInt16(truncatingIfNeeded: 1024 + number % 60_000)
                flow.destinationTransportPort = 443
            }
            if flow.protocolIdentifier == 6 {
                (flow.tcpControlBits, flow.reverseTCPControlBits) = ([.syn, .ack, .psh], [.syn, .ack, .fin])
            }
            flow.flowEndReason = .idleTimeout
            flow.initiatorBasis = .syn
            flow.connectionState = .sf
            flow.interface = 1
            flow.direction = .ingress
            flow.samplingInterval = 1
            if number % 2 == 0 { flow.vlan = UInt16(100 + number % 50) }
            flow.sourceMAC = MACAddress(0x02_0000_0000_01)
            flow.destinationMAC = MACAddress(0x02_0000_0000_02)
            flow.dscp = 10
            flows.append(flow)
        }
        return flows
    }
}

extension FlowBatch {
    /// What the rows count, of both directions.
    var packets: UInt64 { packetDeltaCount.reduce(0, +) + reversePacketDeltaCount.reduce(0, +) }
    var octets: UInt64 { octetDeltaCount.reduce(0, +) + reverseOctetDeltaCount.reduce(0, +) }

    /// The rows by their flowId, without what a collector has of its own.
    func byID() -> [UInt64: FlowRecord] {
        var rows: [UInt64: FlowRecord] = [:]
        for row in 0..<count {
            var record = self[row]
            record.agent = 0
            record.interface = name(record.interface).isEmpty ? 0 : 1
            rows[record.flowId] = record
        }
        return rows
    }
}
