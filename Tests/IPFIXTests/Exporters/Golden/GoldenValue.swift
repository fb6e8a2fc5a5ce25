import FlowModel
import Foundation
import IPFIX

/// A value as another decoder prints it, compared with the octets on the wire.
struct GoldenValue {
    var json: Any

    /// Whether the octets can be read as the value: integers and fractions as numbers, texts as what they look like.
    func matches(_ octets: [UInt8]) -> Bool {
        switch json {
        case let text as String:
            if Self.texts(octets).contains(text) { return true }
            // IPv6 addresses have more than one spelling.
            let address = IPAddress(text)
            return address != nil && ElementValue(octets, type: octets.count == 4 ? .ipv4Address : .ipv6Address) == address.map { .address($0) }
        case let list as [Any]: return list.compactMap { ($0 as? NSNumber)?.uint8Value } == octets
        case let number as NSNumber: return matches(number, octets)
        case let word as [String: Any]: return matches(word, octets)
        default: return false
        }
    }

    private func matches(_ number: NSNumber, _ octets: [UInt8]) -> Bool {
        if octets.count == 4 || octets.count == 8, number.doubleValue != number.doubleValue.rounded() {
            let type: ElementDescription.DataType = octets.count == 4 ? .float32 : .float64
            guard case .real(let value) = ElementValue(octets, type: type) else { return false }
            // A reader of decimals may be off by the last bit.
            return abs(value - number.doubleValue) <= abs(value) * 1e-14
        }
        return octets.count <= 8 && Self.unsigned(octets) == number.uint64Value
    }

    /// Words in braces: TCP flags by letter, statuses of forwarding by number or name.
    private func matches(_ words: [String: Any], _ octets: [UInt8]) -> Bool {
        let value = Self.unsigned(octets)
        if words["FIN"] != nil {
            let letters = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"]
            return letters.enumerated().allSatisfy { bit, letter in (words[letter] as? Bool) == (value >> UInt64(bit) & 1 == 1) }
        }
        if let status = words["status"] as? NSNumber, let reason = words["reason"] as? NSNumber {
            return value == status.uint64Value << 6 | reason.uint64Value
        }
        if let number = words["Unassigned"] as? NSNumber { return value == number.uint64Value }
        if words["Forwarded"] as? String == "Unknown" { return value == 64 }
        if words["Consumed"] as? String == "Forus" { return value == 195 }
        return false
    }

    static func unsigned(_ octets: [UInt8]) -> UInt64 { octets.reduce(0) { $0 << 8 | UInt64($1) } }

    /// Every text that one of the decoders prints of such octets.
    private static func texts(_ octets: [UInt8]) -> Set<String> {
        var texts: Set<String> = []
        func add(_ type: ElementDescription.DataType) { texts.insert(ElementValue(octets, type: type).description) }
        add(.string)
        texts.insert(String(decoding: octets, as: UTF8.self))
        // Ruby prints octets that are no UTF-8 as Latin-1.
        let trimmed = Array(octets.prefix((octets.lastIndex { $0 != 0 } ?? -1) + 1))
        for text in [octets, trimmed] { texts.insert(String(String.UnicodeScalarView(text.map { Unicode.Scalar($0) }))) }
        add(.ipv4Address)
        add(.ipv6Address)
        add(.macAddress)
        let hex = octets.map { String(format: "%02x", $0) }
        texts.insert(hex.joined())
        if octets.count == 12 { texts.insert([hex[0..<4], hex[4..<8], hex[8..<12]].map { $0.joined() }.joined(separator: "-")) }
        // Application ids (RFC 6759): engine and selector, PANA-L7-PEN with an enterprise number between them.
        if octets.count >= 2, let engine = octets.first {
            if engine == 20, octets.count > 5 {
                texts.insert("20..\(unsigned(Array(octets[1..<5])))..\(unsigned(Array(octets[5...])))")
            }
            if octets.count <= 9 { texts.insert("\(engine)..\(unsigned(Array(octets.dropFirst())))") }
        }
        if octets.count == 8 {
            add(.dateTimeMilliseconds)
            add(.dateTimeMicroseconds)
            if case .time(let milliseconds, _) = ElementValue(octets, type: .dateTimeMicroseconds) {
                texts.insert(UTCTime.text(milliseconds: milliseconds))
            }
        }
        if octets.count <= 8, let words = words[unsigned(octets)] { texts.formUnion(words) }
        return texts
    }

    /// NetGauze's names of numbers: protocols, direction, end reason, selector algorithm, label type.
    private static let words: [UInt64: Set<String>] = [
        0: ["ingress", "Unknown"], 1: ["ICMP", "egress"], 2: ["activetimeout"], 3: ["RandomnoutofNSampling"],
        4: ["IPv4", "BGP"], 5: ["LDP"], 6: ["TCP"], 17: ["UDP"], 58: ["IPv6ICMP"], 112: ["VRRP"],
    ]
}
