import CFuzzer
import FlowModel
import Glibc
import PacketDecoding

/// What is looked for: traps, reads past the end (address sanitizer), and observations that contradict their frame.
///
/// Input: link type (its place in `links`), a word of how much longer the frame was on the wire, then the frame.
private func decodeOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    guard size > 3 else { return 0 }
    // The fuzzer lends `size` octets for the call.
    let input = unsafe UnsafeBufferPointer(start: data, count: size)
    let link = unsafe links[Int(input[0]) % links.count]
    let missing = unsafe Int(input[1]) << 8 | Int(input[2])
    let frame = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(input)[3...]))
    let wireLength = frame.byteCount + missing
    var fragments = FragmentTable(capacity: 16, seed: 1)
    var observation = PacketObservation()
    // Twice: the second meets what the first left in the table of fragments.
    for time in [Int64(0), 1_000_000_000] {
        observation.timestampNanoseconds = time
        let outcome = PacketDecoder(linkType: link).decode(
            frame, wireLength: wireLength, into: &observation, fragments: &fragments)
        guard outcome == .observed else { continue }
        precondition(observation.timestampNanoseconds == time, "the decoder changed the time")
        precondition(observation.depth <= 4, "deeper than the bound")
        precondition((observation.depth > 0) == (observation.encapsulation != .none), "depth and encapsulation contradict each other")
        precondition(
            observation.key.sourceAddress.isIPv6 == observation.key.destinationAddress.isIPv6, "address families are mixed")
        precondition(
            observation.key.tenant == Tenant(vni: observation.vni, vlan: observation.vlan), "the tenant is not that of VNI and VLAN")
        precondition(observation.tcpPayloadLength <= observation.octets, "more payload than packet")
    }
    return 0
}

private let links: [LinkType] = [.ethernet, .linuxCooked, .linuxCooked2, .rawIP, .loopback]

@main enum DecodeFuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        // The driver reads the program's own arguments, which live as long as it does.
        exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe decodeOne($0, $1) })
    }
}
