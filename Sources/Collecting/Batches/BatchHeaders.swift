import FlowModel

/// The three headers that name an agent's batch, checked. docs/formats/batch.md describes them.
struct BatchHeaders {
    var agent: String
    var epoch: UInt64
    var sequence: UInt64

    /// The store keeps runs of sequences, with the number behind each, as 64 bits with a sign.
    private static let sequences: ClosedRange<UInt64> = 1...UInt64(Int64.max) - 1

    /// nil when none of the three is there.
    init?(agent: String?, epoch: String?, sequence: String?) throws(IntakeError) {
        let missing = [("Zonal-Agent", agent), ("Zonal-Epoch", epoch), ("Zonal-Sequence", sequence)].filter { $0.1 == nil }
        if missing.count == 3 { return nil }
        guard let agent, let epoch, let sequence else {
            let names = missing.map(\.0).joined(separator: " and ")
            throw IntakeError(
                status: 400, code: "missing-header",
                message: "\(names) missing: send Zonal-Agent, Zonal-Epoch and Zonal-Sequence together, or none of them")
        }
        try Self.check(agentName: agent, place: "Zonal-Agent")
        guard epoch.utf8.count == 16, epoch.utf8.allSatisfy(Self.isHexadecimal), let number = UInt64(epoch, radix: 16) else {
            throw IntakeError(
                status: 400, code: "bad-epoch", message: "Zonal-Epoch must be 16 hexadecimal digits, as 00c0ffee00c0ffee")
        }
        guard sequence.utf8.allSatisfy({ (48...57).contains($0) }), let count = UInt64(sequence),
            Self.sequences.contains(count)
        else {
            throw IntakeError(
                status: 400, code: "bad-sequence",
                message: "Zonal-Sequence must be a decimal number from 1 to \(Self.sequences.upperBound)")
        }
        self.agent = agent
        self.epoch = number
        self.sequence = count
    }

    /// An agent's name goes into headers, labels and file names: 1 to 253 printable ASCII characters, no space.
    static func check(agentName: String, place: String) throws(IntakeError) {
        guard (1...253).contains(agentName.utf8.count), agentName.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw IntakeError(
                status: 400, code: "bad-agent",
                message: "\(place) must be a name of 1 to 253 printable ASCII characters without spaces")
        }
    }

    private static func isHexadecimal(_ octet: UInt8) -> Bool {
        (48...57).contains(octet) || (65...70).contains(octet) || (97...102).contains(octet)
    }
}
