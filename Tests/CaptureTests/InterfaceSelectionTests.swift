import Capture
import Testing

/// Which interfaces are captured.
@Suite("Interface selection")
struct InterfaceSelectionTests {
    private let list = InterfaceList(interfaces: [
        NetworkInterface(index: 1, name: "lo", kind: .loopback, isUp: true),
        NetworkInterface(index: 2, name: "eth0", kind: .physical, isUp: true),
        NetworkInterface(index: 3, name: "br0", kind: .bridge, isUp: true),
        NetworkInterface(index: 4, name: "veth1a", kind: .veth, isUp: true),
        NetworkInterface(index: 5, name: "veth1b", kind: .veth, isUp: true),
        NetworkInterface(index: 6, name: "veth2a", kind: .veth, isUp: false),
        NetworkInterface(index: 7, name: "vxlan7", kind: .vxlan, isUp: true),
        NetworkInterface(index: 8, name: "tap0", kind: .tap, isUp: true),
        NetworkInterface(index: 9, name: "wg0", kind: .other("wireguard"), isUp: true),
    ])

    /// Those that are up, the others in brackets.
    private func names(_ selection: InterfaceSelection, _ list: InterfaceList? = nil) -> [String] {
        func shown(_ found: [NetworkInterface]) -> [String] { found.map { $0.isUp ? $0.name : "[\($0.name)]" } }
        return switch selection.choose(from: list ?? self.list) {
        case .chosen(let found): shown(found)
        case .fallback(let found): ["(fallback)"] + shown(found)
        }
    }

    @Test("by default all virtual interfaces, up or not")
    func byDefault() {
        #expect(names(InterfaceSelection()) == ["br0", "veth1a", "veth1b", "[veth2a]", "vxlan7", "tap0"])
    }

    @Test("patterns choose among all kinds, exclusions hold for both")
    func patterns() {
        #expect(names(InterfaceSelection(include: ["veth*"])) == ["veth1a", "veth1b", "[veth2a]"])
        #expect(names(InterfaceSelection(include: ["eth0", "lo"])) == ["lo", "eth0"])
        #expect(names(InterfaceSelection(include: ["veth?a", "wg*"])) == ["veth1a", "[veth2a]", "wg0"])
        #expect(names(InterfaceSelection(include: ["*"], exclude: ["*0", "lo"])) == ["veth1a", "veth1b", "[veth2a]", "vxlan7"])
        #expect(names(InterfaceSelection(exclude: ["veth*", "br0"])) == ["vxlan7", "tap0"])
        #expect(names(InterfaceSelection(include: ["nothing"])) == [])
    }

    @Test("other kinds on request")
    func kinds() {
        #expect(names(InterfaceSelection(kinds: ["wireguard"])) == ["wg0"])
        #expect(names(InterfaceSelection(kinds: ["other", "tap"])) == ["tap0", "wg0"])
        #expect(names(InterfaceSelection(kinds: ["physical"])) == ["eth0"])
    }

    @Test("without a virtual interface the physical ones, without those the loopback")
    func fallback() {
        #expect(names(InterfaceSelection(exclude: ["veth*", "br0", "vxlan7", "tap0"])) == ["(fallback)", "eth0"])
        #expect(names(InterfaceSelection(exclude: ["veth*", "br0", "vxlan7", "tap0", "eth0"])) == ["(fallback)", "lo"])
        #expect(names(InterfaceSelection(), InterfaceList(interfaces: [])) == ["(fallback)"])
    }

    @Test("virtual interfaces that are down are there, and nothing is taken instead; nor for kinds that were named")
    func noFallback() {
        #expect(names(InterfaceSelection(exclude: ["veth1?", "br0", "vxlan7", "tap0"])) == ["[veth2a]"])
        #expect(names(InterfaceSelection(exclude: ["tap0"], kinds: ["tap"])) == [])
        #expect(names(InterfaceSelection(kinds: [])) == [])
    }

    @Test("patterns that nothing matches, up or not")
    func unmatched() {
        #expect(InterfaceSelection(include: ["veth9", "veth*", "x?", "eth0", "veth2?", "*"]).unmatchedPatterns(in: list) == ["x?"])
    }

    @Test("a plain name without an interface is most likely misspelt; one that is down is there")
    func missing() {
        #expect(InterfaceSelection(include: ["veth9", "veth*", "x?", "eth0", "veth2a"]).missingNames(in: list) == ["veth9"])
    }

    @Test(
        "patterns",
        arguments: [
            ("veth1a", "veth1a", true), ("veth1a", "veth1", false), ("veth1", "veth1a", false), ("veth1a", "*", true), ("", "*", true),
            ("", "", true), ("a", "", false), ("", "?", false), ("veth1a", "v*1?", true), ("veth1a", "*a", true), ("veth1a", "*b", false),
            ("aXbXc", "a*X*c", true), ("aaaa", "*a*a*", true), ("ab", "a*b*c", false), ("a?b", "a?b", true), ("a*b", "a*b", true),
            ("ethé", "eth*", true), ("abc", "a**c", true), ("mississippi", "m*iss*iss*pi", true), ("mississippi", "m*iss*isx*", false),
        ])
    func matching(name: String, pattern: String, isMatch: Bool) {
        #expect(InterfaceSelection.matches(name, pattern: pattern) == isMatch)
    }

    @Test("a pattern of many stars ends soon")
    func stars() {
        let name = String(repeating: "a", count: 2000)
        #expect(!InterfaceSelection.matches(name, pattern: String(repeating: "*a", count: 30) + "b"))
    }
}
