import FlowModel

extension FilterParser {
    // MARK: - Addresses

    /// A network, or the networks of a range of addresses.
    func networks(_ token: FilterToken) throws(FilterError) -> [IPPrefix] {
        if let network = Self.network(token.text) { return [network] }
        if let (first, last) = Self.addressRange(token.text) {
            guard first.isIPv6 == last.isIPv6 else {
                throw fault(token, "the range \(token.shown) begins in one address family and ends in the other")
            }
            let networks = IPPrefix.covering(first, last)
            guard !networks.isEmpty else { throw fault(token, "the range \(token.shown) ends before it begins") }
            return networks
        }
        guard token.text.contains("/") else {
            // A name may stand for other addresses tomorrow than when the flows were stored.
            let isName = Self.isHostName(token)
            let mend = isName ? "; names are not looked up: write the address" : ""
            throw fault(token, "\(token.shown) is not an address or a network\(mend)", expected: ["an address", "a network"])
        }
        throw fault(
            token, "\(token.shown) is not a network such as 10.1.0.0/16 or fd00::/8", expected: ["a network"])
    }

    /// True for a word that can only be meant as a host's name: addresses of version 6 that begin with a letter have colons.
    static func isHostName(_ token: FilterToken) -> Bool {
        token.lower.utf8.first.map { (97...122).contains($0) } == true && !token.text.contains(":") && !token.text.contains("/")
    }

    /// An address, a prefix, or the shortened IPv4 networks of tcpdump and nfdump: `10`, `192.168`, `172.16/12`.
    static func network(_ text: String) -> IPPrefix? {
        if let network = IPPrefix(text) { return network }
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard halves.count <= 2, let first = halves.first, !first.contains(":") else { return nil }
        let octets = first.split(separator: ".", omittingEmptySubsequences: false)
        // A number alone is more often a port that lost its word than network 10.
        guard (2...3).contains(octets.count) || (octets.count == 1 && halves.count == 2) else { return nil }
        let padded = first + String(repeating: ".0", count: 4 - octets.count)
        return IPPrefix("\(padded)/\(halves.count == 2 ? String(halves[1]) : String(octets.count * 8))")
    }

    /// The ends of `10.0.0.1-10.0.0.9` or `10.0.0.1..10.0.0.9`: whole addresses.
    static func addressRange(_ text: String) -> (first: IPAddress, last: IPAddress)? {
        let halves = text.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard let (first, last) = ends(text) ?? (halves.count == 2 ? (halves[0], halves[1]) : nil),
            let low = IPAddress(first), let high = IPAddress(last)
        else { return nil }
        return (low, high)
    }

    // MARK: - Descriptions

    static func valueDescription(_ field: Field) -> String {
        switch field.kind {
        case .address: "an address or a network"
        case .port: "a port"
        case .timestamp: "a time"
        case .milliseconds, .microseconds: "a time span such as 20ms, 5m or 1h"
        case .count, .number, .real: "a number"
        case .proto: "an IP protocol"
        case .flags: "TCP flags"
        case .mac: "a MAC address"
        case .text: "a text"
        case .boolean: "true or false"
        case .hex: "a hexadecimal number"
        case .state, .endReason, .initiatorBasis, .encapsulation, .direction: "a value of '\(field.rawValue)'"
        }
    }

    static func comparisonWords(_ field: Field) -> [String] {
        let words = field.hasOrder ? ["=", "!=", "<", "<=", ">", ">=", "in"] : ["=", "!=", "in"]
        return field.kind == .text ? words + ["~", "!~"] : words
    }

    /// The words that a field can have as value; a description where they are not few.
    static func valueWords(_ field: Field) -> [String] {
        switch field.kind {
        case .proto: ["tcp", "udp", "icmp", "ipv6-icmp", "igmp", "gre", "esp", "ah", "sctp", "ospfigp", "vrrp", "ipip"]
        case .state: ConnectionState.allCases.map(\.name).filter { !$0.isEmpty }
        case .endReason: FlowEndReason.allCases.map(\.name).filter { !$0.isEmpty }
        case .initiatorBasis: InitiatorBasis.allCases.map(\.name).filter { !$0.isEmpty }
        case .encapsulation: Encapsulation.allCases.map(\.name).filter { !$0.isEmpty }
        case .direction: FlowDirection.allCases.map(\.name).filter { !$0.isEmpty }
        case .boolean: ["true", "false"]
        default: [valueDescription(field)]
        }
    }
}
