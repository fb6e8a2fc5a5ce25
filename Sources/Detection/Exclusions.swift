package import FlowModel

/// What the scan rules do not look at. Every built-in exclusion has a name and can be switched off.
package struct Exclusions: Sendable {
    /// Traffic that fails or goes unanswered by its nature.
    package enum BuiltIn: String, Sendable, CaseIterable {
        case multicast, broadcast, dhcp, mdns, llmnr, ssdp, ntp, dns, overlay, traceroute

        /// One line for the documentation and the page.
        package var meaning: String {
            switch self {
            case .multicast: "destinations in 224.0.0.0/4 and ff00::/8, and frames to a multicast MAC address"
            case .broadcast: "255.255.255.255, and frames to ff:ff:ff:ff:ff:ff (a subnet's own broadcast address)"
            case .dhcp: "UDP ports 67, 68, 546 and 547, on either side"
            case .mdns: "UDP port 5353, on either side"
            case .llmnr: "UDP port 5355, on either side"
            case .ssdp: "UDP port 1900, on either side"
            case .ntp: "UDP port 123, on either side"
            case .dns: "UDP port 53, on either side: resolvers ask many servers, and answer late"
            case .overlay: "UDP to ports 4789, 8472 (VXLAN) and 6081 (Geneve): tunnels are one-way by design"
            case .traceroute: "UDP to ports 33434 to 33534: a traceroute tries a new port with each hop"
            }
        }
    }

    package var builtIn: Set<BuiltIn> = Set(BuiltIn.allCases)
    /// Addresses of scanners that are meant to scan; not looked at as sources.
    package var scanners: [IPPrefix] = []
    /// Addresses of monitors and load balancers, which try what may be down; not looked at as sources.
    package var monitors: [IPPrefix] = []

    package init() {}
}

/// The exclusions as the scan rules ask them, row by row.
struct ExclusionFilter: Sendable {
    private let multicast: Bool
    private let broadcast: Bool
    /// UDP ports excluded on either side, and those excluded as destinations, sorted.
    private let eitherPorts: [UInt16]
    private let destinationPorts: [ClosedRange<UInt16>]
    private let sources: [IPPrefix]

    init(_ exclusions: Exclusions) {
        let on = exclusions.builtIn
        multicast = on.contains(.multicast)
        broadcast = on.contains(.broadcast)
        let either: [(Exclusions.BuiltIn, [UInt16])] = [
            (.dhcp, [67, 68, 546, 547]), (.mdns, [5353]), (.llmnr, [5355]), (.ssdp, [1900]), (.ntp, [123]), (.dns, [53]),
        ]
        eitherPorts = either.filter { on.contains($0.0) }.flatMap(\.1)
        let destination: [(Exclusions.BuiltIn, [ClosedRange<UInt16>])] = [
            (.overlay, [4789...4789, 8472...8472, 6081...6081]), (.traceroute, [33434...33534]),
        ]
        destinationPorts = destination.filter { on.contains($0.0) }.flatMap(\.1)
        sources = exclusions.scanners + exclusions.monitors
    }

    /// True when the scan rules must not look at the row.
    func excludes(_ flows: FlowBatch, row: Int) -> Bool {
        let destination = flows.destinationAddress[row]
        let frame = flows.destinationMAC[row]
        let isBroadcastFrame = frame.value == 0xFFFF_FFFF_FFFF
        if broadcast && (destination.isLimitedBroadcast || isBroadcastFrame) { return true }
        let isGroupFrame = !frame.isAbsent && !isBroadcastFrame && frame.value & 0x0100_0000_0000 != 0
        if multicast && (destination.isMulticast || isGroupFrame) { return true }
        if flows.protocolIdentifier[row] == 17 {
            let sourcePort = flows.sourceTransportPort[row]
            let destinationPort = flows.destinationTransportPort[row]
            if eitherPorts.contains(destinationPort) || eitherPorts.contains(sourcePort) { return true }
            if destinationPorts.contains(where: { $0.contains(destinationPort) }) { return true }
        }
        let source = flows.sourceAddress[row]
        return sources.contains { $0.contains(source) }
    }
}
