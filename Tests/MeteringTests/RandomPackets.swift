import FlowModel
import TestSupport

/// Random packets between a few hosts, with a clock that goes on, now and then in leaps. The same seed gives the same.
struct RandomPackets {
    private var random: SeededGenerator
    private let hosts: Int
    private(set) var seconds = 0.0

    init(seed: UInt64, hosts: Int) {
        random = SeededGenerator(seed: seed)
        self.hosts = hosts
    }

    mutating func next() -> PacketObservation {
        seconds += Int.random(in: 0..<300, using: &random) == 0 ? .random(in: 0...40, using: &random) : .random(in: 0...0.05, using: &random)
        let first = Int.random(in: 0..<hosts, using: &random)
        var second = Int.random(in: 0..<hosts, using: &random)
        if second == first { second = (first + 1) % hosts }
        let source = Side("10.0.0.\(first)", UInt16(1000 + first))
        let destination = Side("10.0.0.\(second)", UInt16(1000 + second))
        let octets = UInt32.random(in: 40...65_000, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return .udp(seconds, from: source, to: destination, octets: octets)
        case 1:
            let flags = ["S", "SA", "A", "PA", "A", "PA", "A", "FA", "R", "A", "A", "A"].randomElement(using: &random) ?? "A"
            return .tcp(seconds, flags, from: source, to: destination, octets: octets)
        default:
            let isRequest = Bool.random(using: &random)
            return .icmp(
                seconds, type: isRequest ? 8 : 0, pair: isRequest ? 0 : 8, isRequest: isRequest, from: source, to: destination)
        }
    }
}
