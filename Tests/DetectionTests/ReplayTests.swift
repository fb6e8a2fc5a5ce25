import FlowModel
import FlowQuery
import Testing

@testable import Detection

@Suite("The filter of an alert shows its flows")
struct ReplayTests {
    /// The rows that an alert's filter and times show.
    static func rows(_ alert: Alert, in flows: FlowBatch) throws -> [Int] {
        try FlowFilter(alert.filter).select(flows).map(Int.init).filter {
            let end = flows.flowEndMilliseconds[$0]
            return alert.filterSinceMilliseconds <= end && end < alert.filterUntilMilliseconds
        }
    }

    /// What a scan must not be mixed up with: all of one source, in and beside the scan's time.
    static func surroundings(_ source: String, _ port: UInt16) -> [FlowRecord] {
        let host = source.contains(":") ? "fd00::2:99" : "10.0.2.99"
        return [
            Flows.tcp(source, host, port, state: .sf, at: 0.5), Flows.tcp(source, host, port, state: .oth, at: 0.5),
            Flows.tcp(source, host, port, at: 0.5).with { $0.part = 1 },
            Flows.tcp(source, host, port, at: 0.5).with { $0.initiatorBasis = .port },
            Flows.tcp(source, host, port, state: .s0, at: 0.5).with { $0.tcpControlBits.insert(.ack) },
            Flows.tcp(source, host, port, at: 4000), Flows.tcp(source, host, port, at: -4000),
            Flows.tcp(host, source, port, at: 0.5),
            Flows.udp(source, host, port, answered: true, at: 0.5),
        ]
    }

    static let scans: [(String, UInt16, [FlowRecord])] = {
        let states: [ConnectionState] = [.rej, .s0, .rstos0]
        let horizontal = (0..<12).map { Flows.tcp("10.0.1.11", "10.0.2.\($0)", 445, state: states[$0 % 3], at: Double($0) * 0.1) }
        return [
            ("10.0.1.11", 445, horizontal),
            ("10.0.1.11", 445, horizontal.map { $0.with { $0.vni = 5001 } }),
            ("10.0.1.11", 445, horizontal.map { $0.with { $0.vlan = 12 } }),
            ("10.0.1.11", 161, (0..<12).map { Flows.udp("10.0.1.11", "10.0.2.\($0)", 161, at: Double($0) * 0.1) }),
            ("fd00::1", 22, (0..<12).map { Flows.tcp("fd00::1", "fd00::3:\($0)", 22, at: Double($0) * 0.1) }),
            ("10.0.1.11", 7, Flows.portScan(20, interval: 0.1)),
            ("10.0.1.11", 7, Flows.portScan(20, interval: 0.1) + (101...120).map { Flows.udp("10.0.1.11", "10.0.2.9", $0, at: 0.7) }),
        ]
    }()

    @Test("exactly those, among others of the same source", arguments: scans.indices)
    func replay(index: Int) throws {
        let (source, port, scan) = Self.scans[index]
        var others = Self.surroundings(source, port)
        // The same scan in another tenant is another alert's.
        let elsewhere = scan.first?.vni == 5001 ? 5002 : UInt32(5001)
        others += scan.map { $0.with { $0.vni = elsewhere } }
        let flows = Flows.batch(others + scan)
        var engine = DetectionEngine()
        let signals = engine.consume(flows, receivedMilliseconds: Flows.noon + 10_000)
        let alert = try #require(signals.map(\.evidence).first { $0.tenant == scan.first?.tenant })
        #expect(try Self.rows(alert, in: flows) == Array(others.count..<flows.count))
        #expect(alert.summary.utf8.allSatisfy { (32...126).contains($0) })
    }

    @Test("an agent's name is quoted as the language wants it", arguments: ["host-a", "a \"b\"", "back\\slash", "star*", "not", "höst"])
    func agent(name: String) throws {
        var engine = DetectionEngine()
        _ = engine.agentHeard(name, receivedMilliseconds: Flows.noon)
        let alert = try #require(engine.tick(nowMilliseconds: Flows.noon + 60_000).first).evidence
        var flows = Flows.batch([Flows.tcp("10.0.1.11", "10.0.2.1", 445)], agent: name)
        let other = flows.index(ofName: "starry")
        flows.append(Flows.tcp("10.0.1.11", "10.0.2.1", 445).with { $0.agent = other })
        #expect(try Self.rows(alert, in: flows) == [0])
    }
}
