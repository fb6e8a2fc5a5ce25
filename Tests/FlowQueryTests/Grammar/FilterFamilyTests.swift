import FlowQuery
import Testing

@Suite("address families by name")
struct FilterFamilyTests {
    @Test(
        "`ip` alone is IPv4, wherever it stands",
        arguments: [
            ("ip", "ipv4"), ("not ip", "not ipv4"), ("tcp or ip", "tcp or ipv4"), ("ip and tcp", "ipv4 and tcp"), ("(ip) or udp", "ipv4 or udp"),
            ("not (tcp and ip)", "not (tcp and ipv4)"), ("ip # of any host", "ipv4"), ("ip host 10.0.0.1", "ipv4 host 10.0.0.1"),
        ])
    func alone(text: String, meaning: String) throws {
        #expect(try FlowFilter(text).expression == FlowFilter(meaning).expression)
    }

    @Test("with an address it is that of either side")
    func address() throws {
        #expect(try FlowFilter("ip 10.0.0.1").expression == FlowFilter("host 10.0.0.1").expression)
        #expect(throws: FilterError.self) { try FlowFilter("src ip") }
    }
}
