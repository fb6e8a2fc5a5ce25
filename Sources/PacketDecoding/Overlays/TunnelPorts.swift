/// The UDP destination ports behind which a tunnel begins.
struct TunnelPorts: Sendable {
    enum Kind: UInt8, Sendable { case vxlan, vxlanGPE, geneve, mpls, gre }

    private struct Entry: Sendable {
        let port: UInt16
        let kind: Kind
    }
    /// One bit for each class of ports that holds a tunnel port: most UDP packets are done with this one look.
    private let mask: UInt64
    private let entries: [Entry]

    /// A port that is named twice has the kind that names it first; port 0 is none.
    init(_ configuration: PacketDecoder.Configuration) {
        var entries: [Entry] = []
        func add(_ ports: [UInt16], _ kind: Kind, _ layer: PacketDecoder.Layers) {
            guard configuration.layers.contains(layer) else { return }
            for port in ports where port != 0 && !entries.contains(where: { $0.port == port }) {
                entries.append(Entry(port: port, kind: kind))
            }
        }
        add(configuration.vxlanPorts, .vxlan, .vxlan)
        add(configuration.vxlanGPEPorts, .vxlanGPE, .vxlanGPE)
        add(configuration.genevePorts, .geneve, .geneve)
        add(configuration.mplsPorts, .mpls, .mpls)
        add(configuration.grePorts, .gre, .gre)
        self.entries = entries
        mask = entries.reduce(0) { $0 | Self.bit($1.port) }
    }

    /// Ports that are spread over 64 classes by the product's upper bits, so that usual ports (53, 443) share none with
    /// the usual tunnels' as their lower bits would.
    @inline(__always)
    private static func bit(_ port: UInt16) -> UInt64 {
        1 &<< UInt64(truncatingIfNeeded: (UInt32(port) &* 0x9E37_79B1) >> 26)
    }

    /// False for all but few of the ports that are no tunnel's.
    @inline(__always)
    func mayHold(_ port: UInt16) -> Bool { mask & Self.bit(port) != 0 }

    @inline(never)
    func kind(_ port: UInt16) -> Kind? {
        for entry in entries where entry.port == port { return entry.kind }
        return nil
    }
}
