package import FlowModel

/// The interfaces of this network namespace, and the host's own addresses on them.
package struct InterfaceList: Sendable, Equatable {
    package private(set) var interfaces: [NetworkInterface] = []
    package private(set) var hostAddresses: [IPAddress] = []

    /// Asks the kernel.
    package init() throws(CaptureError) {
        let socket = try NetlinkSocket()
        var links: [NetworkInterface] = []
        try socket.dump(18) { if let link = Self.link($0) { links.append(link) } }
        var addressed: Set<Int32> = []
        var addresses: [IPAddress] = []
        try socket.dump(22) { message in
            guard let (index, address) = Self.address(message) else { return }
            addresses.append(address)
            if !address.isLinkLocal { addressed.insert(index) }
        }
        for index in links.indices { links[index].hasAddress = addressed.contains(links[index].index) }
        interfaces = links.sorted { $0.index < $1.index }
        hostAddresses = addresses
    }

    /// For tests and for recorded messages.
    package init(interfaces: [NetworkInterface], hostAddresses: [IPAddress] = []) {
        self.interfaces = interfaces
        self.hostAddresses = hostAddresses
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
            case 10: link.master = Int32(bitPattern: NetlinkAttributes.uint32(value))  // IFLA_MASTER
            case 18: readInfo(value, into: &link, isEthernet: isEthernet)  // IFLA_LINKINFO
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
        case "bridge": link.kind = .bridge
        case "vxlan":
            link.kind = .vxlan
            NetlinkAttributes(data).forEach { type, value in
                if type == 1 { link.vni = NetlinkAttributes.uint32(value) }  // IFLA_VXLAN_ID
                if type == 3 { link.lower = Int32(bitPattern: NetlinkAttributes.uint32(value)) }  // IFLA_VXLAN_LINK
                // IFLA_VXLAN_COLLECT_METADATA: there with every device; not 0 where the VNI comes from metadata.
                if type == 25, value.first != 0 { link.vni = nil }
            }
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
