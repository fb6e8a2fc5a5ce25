import Collecting
import FlowModel
import IPFIX

/// sFlow by hand: what one sender sends, and what a decoder makes of it.
final class SFlowTester {
    static let agent = IPAddress(ipv4: 0x0A09_0001)
    static let sender = ExporterSource(IPAddress(ipv4: 0x0A09_00FE), port: 6343)

    private var decoder: SFlowDecoder
    var flows = FlowBatch()
    var milliseconds: Int64 = 1_700_000_000_000

    init(_ change: (inout SFlowDecoder.Configuration) -> Void = { _ in }) {
        var configuration = SFlowDecoder.Configuration()
        change(&configuration)
        decoder = SFlowDecoder(configuration: configuration, seed: 1)
    }

    @discardableResult
    func send(_ octets: [UInt8]) -> Range<Int> {
        // SAFETY: the octets are integers, which any bits are.
        let bytes = unsafe octets.span.bytes
        return decoder.decode(bytes, from: Self.sender, receivedMilliseconds: milliseconds, into: &flows)
    }

    var agents: [IPAddress] { decoder.agentAddresses }
    var agentsEvicted: UInt64 { decoder.agentsEvicted }
    var faultsWithoutAgent: [SFlowFault: UInt64] { decoder.faultsWithoutAgent }
    func statistics(of agent: IPAddress = SFlowTester.agent) -> SFlowStatistics? { decoder.statistics(of: agent) }
    func faults(_ fault: SFlowFault) -> UInt64 { statistics()?.faults[fault] ?? 0 }

    static func words(_ words: UInt32...) -> [UInt8] { words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - $0 * 8)) } } }

    static func datagram(
        _ samples: [[UInt8]], agent: [UInt8] = words(1, 0x0A09_0001), subAgent: UInt32 = 0, sequence: UInt32 = 1, count: UInt32? = nil
    ) -> [UInt8] {
        words(5) + agent + words(subAgent, sequence, 123_456, count ?? UInt32(samples.count)) + samples.flatMap { $0 }
    }

    static func part(_ format: UInt32, _ content: [UInt8]) -> [UInt8] {
        words(format, UInt32(content.count)) + content + [UInt8](repeating: 0, count: (4 - content.count % 4) % 4)
    }

    static func flowSample(
        _ records: [[UInt8]], sequence: UInt32 = 1, source: UInt32 = 3, rate: UInt32 = 512, drops: UInt32 = 0, input: UInt32 = 3,
        output: UInt32 = 4
    ) -> [UInt8] {
        part(1, words(sequence, source, rate, 10_000, drops, input, output, UInt32(records.count)) + records.flatMap { $0 })
    }

    static func expandedSample(
        _ records: [[UInt8]], sequence: UInt32 = 1, source: (UInt32, UInt32) = (0, 3), rate: UInt32 = 512, drops: UInt32 = 0,
        input: (UInt32, UInt32) = (0, 3), output: (UInt32, UInt32) = (0, 4)
    ) -> [UInt8] {
        let head = words(sequence, source.0, source.1, rate, 10_000, drops, input.0, input.1, output.0, output.1, UInt32(records.count))
        return part(3, head + records.flatMap { $0 })
    }

    static func header(_ frame: [UInt8], kind: UInt32 = 1, frameLength: UInt32? = nil, stripped: UInt32 = 4) -> [UInt8] {
        let fill = [UInt8](repeating: 0, count: (4 - frame.count % 4) % 4)
        return part(1, words(kind, frameLength ?? UInt32(frame.count) + stripped, stripped, UInt32(frame.count)) + frame + fill)
    }

    static func vlans(_ input: UInt32, _ output: UInt32) -> [UInt8] { part(1001, words(input, 0, output, 0)) }

    /// 10.0.0.1 port 40000 to 10.0.0.2, of so many octets.
    static func packet(
        _ payload: [UInt8] = [], to port: UInt16 = 53, length: UInt16? = nil, source: [UInt8] = [10, 0, 0, 1], proto: UInt8 = 17
    ) -> [UInt8] {
        func pair(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }
        let length = length ?? UInt16(28 + payload.count)
        return [0x45, 0xB8] + pair(length) + [0, 1, 0x40, 0, 64, proto, 0, 0] + source + [10, 0, 0, 2]
            + pair(40_000) + pair(port) + pair(length - 20) + [0, 0] + payload
    }

    static func frame(_ packet: [UInt8], vlan: UInt16? = nil) -> [UInt8] {
        let tag: [UInt8] = vlan.map { [0x81, 0, UInt8($0 >> 8), UInt8($0 & 255)] } ?? []
        return [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1] + tag + [8, 0] + packet
    }

    static func vxlan(_ vni: UInt32, _ packet: [UInt8]) -> [UInt8] { [8, 0, 0, 0] + words(vni << 8) + frame(packet) }
}
