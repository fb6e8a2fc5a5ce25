/// What VLANs a port of a VLAN-aware bridge belongs to, as far as it tells whose its untagged frames are.
package struct PortVLAN: Sendable, Equatable {
    /// The VLAN of frames that come in without a tag (PVID); nil takes none.
    package var untagged: UInt16?
    /// Frames of that VLAN leave without a tag too.
    package var isTagRemoved = false
    /// VNI of each VLAN, on a VXLAN device that takes them from metadata.
    package var tunnels: [UInt16: UInt32] = [:]

    package init(untagged: UInt16? = nil, isTagRemoved: Bool = false, tunnels: [UInt16: UInt32] = [:]) {
        self.untagged = untagged
        self.isTagRemoved = isTagRemoved
        self.tunnels = tunnels
    }

    /// One answer of an AF_BRIDGE list of links: ifinfomsg of 16 octets, then attributes (linux/if_bridge.h).
    ///
    /// - Returns: the port's index (a bridge lists itself too), and its VLANs; nil for another message.
    static func read(_ message: ArraySlice<UInt8>) -> (index: Int32, vlan: PortVLAN)? {
        guard message.count >= 16, message.first == 7 else { return nil }
        var vlan = PortVLAN()
        NetlinkAttributes(message.dropFirst(16)).forEach { type, value in
            guard type == 26 else { return }  // IFLA_AF_SPEC
            var begin: (identifier: UInt16, vni: UInt32) = (0, 0)
            NetlinkAttributes(value).forEach { type, value in
                switch type {
                case 2 where value.count >= 4:  // IFLA_BRIDGE_VLAN_INFO: flags 2, identifier 2
                    let flags = NetlinkAttributes.uint16(value, 0)
                    guard flags & 0x2 != 0 else { return }  // BRIDGE_VLAN_INFO_PVID
                    vlan.untagged = NetlinkAttributes.uint16(value, 2)
                    vlan.isTagRemoved = flags & 0x4 != 0  // BRIDGE_VLAN_INFO_UNTAGGED
                case 3: vlan.readTunnel(value, &begin)  // IFLA_BRIDGE_VLAN_TUNNEL_INFO
                default: break
                }
            }
        }
        return (Int32(bitPattern: NetlinkAttributes.uint32(message, 4)), vlan)
    }

    /// A VLAN and its VNI, or one end of a range of both.
    private mutating func readTunnel(_ attributes: ArraySlice<UInt8>, _ begin: inout (identifier: UInt16, vni: UInt32)) {
        var (vni, identifier, flags): (UInt32?, UInt16?, UInt16) = (nil, nil, 0)
        NetlinkAttributes(attributes).forEach { type, value in
            switch type {
            case 1 where value.count >= 4: vni = NetlinkAttributes.uint32(value)
            case 2 where value.count >= 2: identifier = NetlinkAttributes.uint16(value, 0)
            case 3 where value.count >= 2: flags = NetlinkAttributes.uint16(value, 0)
            default: break
            }
        }
        guard let vni, let identifier, identifier < 4096 else { return }
        if flags & 0x8 != 0 {  // BRIDGE_VLAN_INFO_RANGE_BEGIN
            begin = (identifier, vni)
        } else if flags & 0x10 != 0 {  // BRIDGE_VLAN_INFO_RANGE_END
            guard begin.identifier <= identifier else { return }
            for step in 0...(identifier - begin.identifier) { tunnels[begin.identifier + step] = begin.vni &+ UInt32(step) }
        } else {
            tunnels[identifier] = vni
        }
    }
}
