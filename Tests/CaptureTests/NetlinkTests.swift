@testable import Capture
import FlowModel
import Testing

/// rtnetlink messages, written by hand as the kernel lays them out.
@Suite("Netlink")
struct NetlinkTests {
    /// RTM_NEWLINK's payload.
    static func link(
        index: Int32, name: String, flags: UInt32 = 0x1043, hardware: UInt16 = 1, master: Int32? = nil, kind: String? = nil,
        data: [UInt8] = []
    ) -> [UInt8] {
        var octets: [UInt8] = [0, 0] + bytes(hardware) + bytes(UInt32(bitPattern: index)) + bytes(flags) + bytes(UInt32(0))
        octets += attribute(3, Array(name.utf8) + [0])
        octets += attribute(13, bytes(UInt32(1000)))  // IFLA_TXQLEN: four octets nobody asks for
        if let master { octets += attribute(10, bytes(UInt32(bitPattern: master))) }
        if let kind { octets += attribute(0x8000 | 18, attribute(1, Array(kind.utf8) + [0]) + attribute(0x8000 | 2, data)) }
        return octets
    }

    static func attribute(_ type: UInt16, _ value: [UInt8]) -> [UInt8] {
        let padding = [UInt8](repeating: 0, count: (4 - value.count % 4) % 4)
        return bytes(UInt16(value.count + 4)) + bytes(type) + value + padding
    }

    static func bytes(_ value: UInt16) -> [UInt8] { [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)] }
    static func bytes(_ value: UInt32) -> [UInt8] {
        bytes(UInt16(truncatingIfNeeded: value)) + bytes(UInt16(truncatingIfNeeded: value >> 16))
    }

    @Test("kinds, names, state and master of a link")
    func links() throws {
        let veth = try #require(InterfaceList.link(Self.link(index: 7, name: "veth1a2b", master: 4, kind: "veth")[...]))
        #expect(veth.index == 7)
        #expect(veth.name == "veth1a2b")
        #expect(veth.kind == .veth)
        #expect(veth.isUp)
        #expect(veth.master == 4)
        #expect(InterfaceList.link(Self.link(index: 1, name: "lo", flags: 0x49, hardware: 772)[...])?.kind == .loopback)
        #expect(InterfaceList.link(Self.link(index: 2, name: "eth0", flags: 0x1002)[...])?.kind == .physical)
        #expect(InterfaceList.link(Self.link(index: 2, name: "eth0", flags: 0x1002)[...])?.isUp == false)
        #expect(InterfaceList.link(Self.link(index: 3, name: "tap0", kind: "tun")[...])?.kind == .tap)
        #expect(InterfaceList.link(Self.link(index: 3, name: "tun0", hardware: 65_534, kind: "tun")[...])?.kind == .other("tun"))
        #expect(InterfaceList.link(Self.link(index: 3, name: "br0", kind: "bridge")[...])?.kind == .bridge)
        #expect(InterfaceList.link(Self.link(index: 3, name: "wg0", kind: "wireguard")[...])?.kind == .other("wireguard"))
        #expect(InterfaceList.link(Self.link(index: 3, name: "")[...]) == nil)
    }

    @Test("a VXLAN device: VNI, lower interface; none where the VNI comes from metadata")
    func vxlan() throws {
        let data = Self.attribute(1, Self.bytes(UInt32(5001))) + Self.attribute(3, Self.bytes(UInt32(2)))
        let plain = try #require(InterfaceList.link(Self.link(index: 9, name: "vx", kind: "vxlan", data: data + Self.attribute(25, [0]))[...]))
        #expect(plain.kind == .vxlan)
        #expect(plain.vni == 5001)
        #expect(plain.lower == 2)
        let metadata = try #require(InterfaceList.link(Self.link(index: 9, name: "vx", kind: "vxlan", data: data + Self.attribute(25, [1]))[...]))
        #expect(metadata.vni == nil)
    }

    @Test("a link message cut at every length traps nowhere, and what is read of it is right")
    func cutLink() {
        let data = Self.attribute(1, Self.bytes(UInt32(5001))) + Self.attribute(3, Self.bytes(UInt32(2)))
        let whole = Self.link(index: 9, name: "vxlan5001", master: 4, kind: "vxlan", data: data)
        for length in 0...whole.count {
            // Behind other octets, as a message lies in the buffer.
            let octets = [UInt8](repeating: 0xFF, count: 5) + whole.prefix(length)
            guard let link = InterfaceList.link(octets[5...]) else { continue }
            #expect(link.index == 9)
            #expect(link.name == "vxlan5001")
            #expect(link.master == 0 || link.master == 4)
            #expect(link.vni == nil || link.vni == 5001)
        }
    }

    @Test("attribute lengths that cannot be end the walk")
    func oddAttributes() {
        func types(_ octets: [UInt8]) -> [UInt16] {
            var found: [UInt16] = []
            NetlinkAttributes(octets[...]).forEach { type, _ in found.append(type) }
            return found
        }
        let good = Self.attribute(1, [1, 2, 3])
        #expect(types(good + good) == [1, 1])
        #expect(types(good + [0, 0, 5, 0] + good) == [1])
        #expect(types(good + [3, 0, 5, 0] + good) == [1])
        #expect(types(good + [200, 0, 5, 0] + good) == [1])
        #expect(types(good + [0xFF, 0xFF, 5, 0]) == [1])
        #expect(types(good + [4, 0, 9, 0]) == [1, 9])
        #expect(types([7, 0, 2, 0, 1, 2, 3]) == [2])  // without its padding
        #expect(types([]) == [])
        #expect(types([1, 2, 3]) == [])
    }

    @Test("values that are shorter than they should be read as 0")
    func shortValues() {
        #expect(NetlinkAttributes.uint32([1, 2, 3][...]) == 0)
        #expect(NetlinkAttributes.uint16([1][...], 0) == 0)
        #expect(NetlinkAttributes.uint32([0, 0, 1, 2, 3, 4][2...]) == 0x0403_0201)
        #expect(NetlinkAttributes.text([0x61, 0x62][...]) == "ab")
        #expect(NetlinkAttributes.text([0x61, 0, 0x62][...]) == "a")
        #expect(NetlinkAttributes.text([][...]) == "")
    }

    @Test("addresses: our end of a point-to-point link, IPv4 and IPv6")
    func addresses() throws {
        func message(_ attributes: [UInt8]) -> [UInt8] { [2, 24, 0, 0] + Self.bytes(UInt32(6)) + attributes }
        let plain = try #require(InterfaceList.address(message(Self.attribute(1, [10, 0, 0, 1]))[...]))
        #expect(plain.index == 6)
        #expect(plain.address == IPAddress("10.0.0.1"))
        for attributes in [
            Self.attribute(1, [10, 0, 0, 9]) + Self.attribute(2, [10, 0, 0, 1]), Self.attribute(2, [10, 0, 0, 1]) + Self.attribute(1, [10, 0, 0, 9]),
        ] {
            #expect(InterfaceList.address(message(attributes)[...])?.address == IPAddress("10.0.0.1"))
        }
        let six: [UInt8] = [0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7]
        #expect(InterfaceList.address(message(Self.attribute(1, six))[...])?.address == IPAddress("fd00::7"))
        #expect(InterfaceList.address(message(Self.attribute(1, [1, 2, 3]))[...]) == nil)
        #expect(InterfaceList.address(message([])[...]) == nil)
        #expect(InterfaceList.address([2, 24, 0][...]) == nil)
    }
}
