package import FlowModel

/// The interfaces of a network namespace, and the host's own addresses on them.
package struct InterfaceList: Sendable, Equatable {
    package private(set) var interfaces: [NetworkInterface] = []
    package private(set) var hostAddresses: [IPAddress] = []
    /// False when the list changed each time it was made: what was there all the time may be missing.
    package private(set) var isWhole = true

    /// Asks the kernel.
    ///
    /// - Parameter namespace: whose interfaces; nil is here.
    /// - Throws: `netlink`; `namespace` and `permission` for a namespace that cannot be entered.
    package init(inNamespace namespace: NetworkNamespace? = nil) throws(CaptureError) {
        let socket = try NetlinkSocket(in: namespace)
        let links = try socket.dump(.links)
        let addresses = try socket.dump(.addresses)
        // The VLANs of ports are a list of their own, which matters where a bridge filters.
        self.init(links: links.messages, addresses: addresses.messages)
        isWhole = links.isWhole && addresses.isWhole
        guard interfaces.contains(where: \.isVLANAware) else { return }
        let ports = try socket.dump(.bridgePorts)
        self.init(links: links.messages, addresses: addresses.messages, bridgePorts: ports.messages)
        isWhole = links.isWhole && addresses.isWhole && ports.isWhole
    }

    /// Reads the kernel's answers: to RTM_GETLINK, to RTM_GETADDR, and to RTM_GETLINK for the bridge family.
    init(links: [ArraySlice<UInt8>], addresses: [ArraySlice<UInt8>], bridgePorts: [ArraySlice<UInt8>] = []) {
        var found = links.compactMap(Self.link)
        var addressed: Set<Int32> = []
        for message in addresses {
            guard let (index, address) = Self.address(message) else { continue }
            hostAddresses.append(address)
            if !address.isLinkLocal { addressed.insert(index) }
        }
        let vlans = Dictionary(bridgePorts.compactMap(PortVLAN.read), uniquingKeysWith: { first, _ in first })
        for index in found.indices {
            found[index].hasAddress = addressed.contains(found[index].index)
            found[index].portVLAN = vlans[found[index].index]
        }
        interfaces = found.sorted { $0.index < $1.index }
    }

    /// For tests and for recorded messages.
    package init(interfaces: [NetworkInterface], hostAddresses: [IPAddress] = [], isWhole: Bool = true) {
        self.interfaces = interfaces
        self.hostAddresses = hostAddresses
        self.isWhole = isWhole
    }

    /// RTM_NEWLINK: ifinfomsg (family, pad, type 2, index 4, flags 4, change 4), then attributes.
    static func link(_ message: ArraySlice<UInt8>) -> NetworkInterface? {
        guard message.count >= 16 else { return nil }
        let flags = NetlinkAttributes.uint32(message, 8)
        let isEthernet = NetlinkAttributes.uint16(message, 2) == 1
        var link = NetworkInterface(
            index: Int32(bitPattern: NetlinkAttributes.uint32(message, 4)), name: "", kind: .physical, isUp: flags & 1 != 0)
        if flags & 8 != 0 { link.kind = .loopback }
        NetlinkAttributes(message.dropFirst(16)).forEach { type, value in
            switch type {
            case 3: link.name = NetlinkAttributes.text(value)  // IFLA_IFNAME
            case 5: link.link = Int32(bitPattern: NetlinkAttributes.uint32(value))  // IFLA_LINK
            case 10: link.master = Int32(bitPattern: NetlinkAttributes.uint32(value))  // IFLA_MASTER
            case 18: readInfo(value, into: &link, isEthernet: isEthernet)  // IFLA_LINKINFO
            case 37 where value.count >= 4: link.linkNamespace = Int32(bitPattern: NetlinkAttributes.uint32(value))  // IFLA_LINK_NETNSID
            default: break
            }
        }
        return link.name.isEmpty ? nil : link
    }

    private static func readInfo(_ info: ArraySlice<UInt8>, into link: inout NetworkInterface, isEthernet: Bool) {
        var kind = ""
        var data: ArraySlice<UInt8> = []
        NetlinkAttributes(info).forEach { type, value in
            if type == 1 { kind = NetlinkAttributes.text(value) }  // IFLA_INFO_KIND
            if type == 2 { data = value }  // IFLA_INFO_DATA
        }
        switch kind {
        case "": break
        case "veth": link.kind = .veth
        case "tun": link.kind = isEthernet ? .tap : .other("tun")
        case "bridge":
            link.kind = .bridge
            NetlinkAttributes(data).forEach { type, value in
                if type == 7 { link.isVLANAware = value.first ?? 0 != 0 }  // IFLA_BR_VLAN_FILTERING
            }
        case "vlan":
            link.kind = .other(kind)
            NetlinkAttributes(data).forEach { type, value in
                if type == 1, value.count >= 2 { link.vlan = NetlinkAttributes.uint16(value, 0) }  // IFLA_VLAN_ID
            }
        case "vxlan":
            link.kind = .vxlan
            NetlinkAttributes(data).forEach { type, value in
                if type == 1 { link.vni = NetlinkAttributes.uint32(value) }  // IFLA_VXLAN_ID
                if type == 3 { link.lower = Int32(bitPattern: NetlinkAttributes.uint32(value)) }  // IFLA_VXLAN_LINK
                // IFLA_VXLAN_COLLECT_METADATA: there with every device; not 0 where the VNI comes from metadata.
                if type == 25 { link.takesMetadata = value.first ?? 0 != 0 }
            }
            if link.takesMetadata { link.vni = nil }
        default: link.kind = .other(kind)
        }
    }

    /// RTM_NEWADDR: ifaddrmsg (family, prefix length, flags, scope, index 4), then attributes.
    static func address(_ message: ArraySlice<UInt8>) -> (index: Int32, address: IPAddress)? {
        guard message.count >= 8 else { return nil }
        var found: IPAddress?
        NetlinkAttributes(message.dropFirst(8)).forEach { type, value in
            // IFA_LOCAL (2) is our end of a point-to-point link, and equals IFA_ADDRESS (1) elsewhere.
            guard type == 2 || (type == 1 && found == nil) else { return }
            let bytes = Array(value)
            if bytes.count == 4 {
                found = IPAddress(ipv4: bytes.reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
            } else if bytes.count == 16 {
                found = IPAddress(
                    high: bytes[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) },
                    low: bytes[8..<16].reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
            }
        }
        guard let found else { return nil }
        return (Int32(bitPattern: NetlinkAttributes.uint32(message, 4)), found)
    }
}
