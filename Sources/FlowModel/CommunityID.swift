/// The Community ID of a flow (version 1 of the specification, github.com/corelight/community-id-spec): a short name for
/// both directions that other tools (Zeek, Suricata, Wireshark, Arkime) give the same flow. The tenant is not in it.
package enum CommunityID {
    /// - Parameters:
    ///   - key: with the ports of an ICMP packet as the specification pairs them (see `PacketObservation`).
    ///   - isOneWay: true for an ICMP type without an answer, whose directions have names of their own.
    ///   - seed: tells installations apart; 0 is what everybody uses.
    /// - Returns: `1:` and the SHA-1 in base64, 30 characters.
    package static func text(of key: FlowKey, isOneWay: Bool = false, seed: UInt16 = 0) -> String {
        let source = Endpoint(address: key.sourceAddress, port: key.sourceTransportPort)
        let destination = Endpoint(address: key.destinationAddress, port: key.destinationTransportPort)
        let isTurned = !isOneWay && destination < source
        let (first, second) = isTurned ? (destination, source) : (source, destination)
        var octets: [UInt8] = []
        octets.reserveCapacity(40)
        append(seed, to: &octets)
        append(first.address, to: &octets)
        append(second.address, to: &octets)
        octets.append(key.protocolIdentifier)
        octets.append(0)
        if hasPorts(key.protocolIdentifier) {
            append(first.port, to: &octets)
            append(second.port, to: &octets)
        }
        return "1:" + base64(SHA1.hash(octets))
    }

    private struct Endpoint: Comparable {
        let address: IPAddress
        let port: UInt16

        static func < (a: Endpoint, b: Endpoint) -> Bool {
            a.address != b.address ? a.address < b.address : a.port < b.port
        }
    }

    /// ICMP, TCP, UDP, ICMPv6, SCTP; of other protocols the specification takes no ports, though DCCP and UDP-Lite have
    /// them.
    private static func hasPorts(_ proto: UInt8) -> Bool {
        switch proto {
        case 1, 6, 17, 58, 132: true
        default: false
        }
    }

    private static func append(_ value: UInt16, to octets: inout [UInt8]) {
        octets.append(UInt8(truncatingIfNeeded: value >> 8))
        octets.append(UInt8(truncatingIfNeeded: value))
    }

    private static func append(_ address: IPAddress, to octets: inout [UInt8]) {
        if address.isIPv6 {
            for shift in stride(from: 56, through: 0, by: -8) { octets.append(UInt8(truncatingIfNeeded: address.high >> shift)) }
            for shift in stride(from: 56, through: 0, by: -8) { octets.append(UInt8(truncatingIfNeeded: address.low >> shift)) }
        } else {
            for shift in stride(from: 24, through: 0, by: -8) { octets.append(UInt8(truncatingIfNeeded: address.low >> shift)) }
        }
    }

    /// RFC 4648 §4.
    private static func base64(_ octets: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let word = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for index in 0..<4 {
                text.append(index <= group.count ? alphabet[Int(word >> UInt32(18 - 6 * index) & 63)] : 61)
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
