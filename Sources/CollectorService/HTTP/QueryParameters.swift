import FlowQuery

/// Reads the query of a URL: `name=value` pairs, percent-encoded UTF-8, `+` for a blank.
enum QueryParameters {
    private static let pairLimit = 64

    /// - Throws: what cannot be decoded, and names that stand twice, all at once.
    static func parse(_ query: String) throws(RequestFaults) -> [String: String] {
        var parameters: [String: String] = [:]
        var faults: [RequestFault] = []
        let pairs = query.utf8.split(separator: UInt8(ascii: "&"))
        if pairs.count > pairLimit {
            throw RequestFaults([RequestFault(parameter: "", message: "there are more than \(pairLimit) parameters")])
        }
        for pair in pairs {
            let halves = pair.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            let shown = String(String(decoding: halves[0], as: UTF8.self).prefix(60))
            guard let name = decode(halves[0]), let value = decode(halves.count == 2 ? halves[1] : "".utf8[...]) else {
                faults.append(RequestFault(parameter: shown, message: "this is not percent-encoded UTF-8"))
                continue
            }
            if parameters.updateValue(value, forKey: name) != nil {
                faults.append(RequestFault(parameter: shown, message: "'\(shown)' is given twice"))
            }
        }
        if !faults.isEmpty { throw RequestFaults(faults) }
        return parameters
    }

    private static func decode(_ text: Substring.UTF8View) -> String? {
        var octets: [UInt8] = []
        octets.reserveCapacity(text.count)
        var rest = text[...]
        while let octet = rest.popFirst() {
            switch octet {
            case UInt8(ascii: "+"):
                octets.append(UInt8(ascii: " "))
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else { return nil }
                octets.append(high << 4 | low)
            default:
                octets.append(octet)
            }
        }
        return String(validating: octets, as: UTF8.self)
    }

    private static func digit(_ octet: UInt8) -> UInt8? {
        switch octet {
        case 48...57: octet - 48
        case 65...70: octet - 55
        case 97...102: octet - 87
        default: nil
        }
    }
}
