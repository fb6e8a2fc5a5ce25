import FlowModel
import PacketDecoding

/// What the decoder's fuzzer looks for, beside traps and reads past the end: observations that contradict their frame. The
/// ordinary tests replay with it what the fuzzer has found.
enum DecodeCheck {
    private static let links: [LinkType] = [.ethernet, .linuxCooked, .linuxCooked2, .rawIP, .loopback]

    /// - Parameter input: link type (its place in `links`), a word of how much longer the frame was on the wire, then the
    ///   frame.
    /// - Returns: what is wrong; nil for nothing.
    static func fault(in input: borrowing Span<UInt8>) -> String? {
        guard input.count > 3 else { return nil }
        let link = links[Int(input[0]) % links.count]
        let missing = Int(input[1]) << 8 | Int(input[2])
        let frame = input.extracting(3..<input.count)
        var fragments = FragmentTable(capacity: 16, seed: 1)
        var observation = PacketObservation()
        // Twice: the second meets what the first left in the table of fragments.
        for time in [Int64(0), 1_000_000_000] {
            observation.timestampNanoseconds = time
            // The frame's octets outlive the call.
            let outcome = unsafe PacketDecoder(linkType: link).decode(
                frame.bytes, wireLength: frame.count + missing, into: &observation, fragments: &fragments)
            if outcome == .observed, let fault = fault(of: observation, at: time) { return fault }
        }
        return nil
    }

    private static func fault(of observation: PacketObservation, at time: Int64) -> String? {
        if observation.timestampNanoseconds != time { return "the decoder changed the time" }
        if observation.depth > 4 { return "deeper than the bound" }
        if (observation.depth > 0) != (observation.encapsulation != .none) { return "depth and encapsulation contradict each other" }
        if observation.key.sourceAddress.isIPv6 != observation.key.destinationAddress.isIPv6 { return "address families are mixed" }
        if observation.key.tenant != Tenant(vni: observation.vni, vlan: observation.vlan) { return "the tenant is not that of VNI and VLAN" }
        if observation.tcpPayloadLength > observation.octets { return "more payload than packet" }
        return nil
    }
}
