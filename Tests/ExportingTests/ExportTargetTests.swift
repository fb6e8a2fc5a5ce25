import Exporting
import IPFIX
import Testing

@Suite("where to export to, as people write it")
struct ExportTargetTests {
    @Test("transport, host and port; the address in brackets; IANA's ports where none is given", arguments: [
        ("udp://192.0.2.1:2055", ExportTarget(.udp, host: "192.0.2.1", port: 2055)),
        ("tcp://collector.example:4739", ExportTarget(.tcp, host: "collector.example", port: 4739)),
        ("tls://[2001:db8::5]:1", ExportTarget(.tls, host: "2001:db8::5", port: 1)),
        ("udp://localhost", ExportTarget(.udp, host: "localhost", port: 4739)),
        ("tls://[::1]", ExportTarget(.tls, host: "::1", port: 4740)),
    ])
    func addresses(text: String, expected: ExportTarget) throws {
        #expect(try ExportTarget(text) == expected)
    }

    @Test("every parameter")
    func parameters() throws {
        let udp = try ExportTarget("udp://h:9?format=uniflow&domain=4294967295&own-elements=no&template-refresh=5m&datagram=512&rate=100")
        #expect(udp.settings.format == .uniflow && udp.settings.observationDomainID == .max && !udp.settings.hasOwnElements)
        #expect(udp.settings.refreshMilliseconds == 300_000 && udp.settings.messageLimit == 512 && udp.recordsPerSecond == 100)
        #expect(udp.settings.transport == .datagram && udp.description == "udp://h:9")
        let tls = try ExportTarget("tls://h:9?format=biflow&own-elements=yes&ca=/etc/ca=1.pem&cert=c.pem&key=k.pem")
        #expect(tls.settings.transport == .stream && tls.settings.messageLimit == 65_535 && tls.settings.hasOwnElements)
        #expect(tls.tls.ca == "/etc/ca=1.pem" && tls.tls.certificate == "c.pem" && tls.tls.key == "k.pem")
        let plain = try ExportTarget("udp://h:9")
        #expect(plain.settings.format == .biflow && plain.settings.messageLimit == 1400)
        #expect(plain.settings.refreshMilliseconds == 60_000 && plain.recordsPerSecond == nil)
        #expect(try ExportTarget("tcp://[fd00::1]:7").description == "tcp://[fd00::1]:7")
    }

    @Test("a fault is one sentence with the piece that is wrong, and what it should be", arguments: [
        ("", "must begin with udp://"), ("192.0.2.1:4739", "must begin with udp://"), ("sctp://h:1", "must begin with udp://"),
        ("UDP://h:1", "must begin with udp://"), ("udp://", "the host is missing"), ("udp://:4739", "the host is missing"),
        ("udp://h:0", "«0» must be a number from 1 to 65535"), ("udp://h:65536", "«65536»"), ("udp://h:+1", "«+1»"), ("udp://h:", "«»"),
        ("udp://fd00::1:4739", "in brackets"), ("udp://[fd00::1:4739", "not closed"), ("udp://[fd00::1]4739", "«4739» behind the bracket"),
        ("udp://[host]:1", "«host» in brackets"), ("udp://h:1/path", "there is no path"), ("tls://me@h:1", "no users"),
        ("udp://h ö:1", "ASCII"), ("udp://h:1?", "must be a parameter"), ("udp://h:1?format", "«format» must be a parameter"),
        ("udp://h:1?format=", "«format=»"), ("udp://h:1?format=both", "format «both» must be biflow or uniflow"),
        ("udp://h:1?format=biflow&format=uniflow", "format is there twice"), ("udp://h:1?domain=0", "domain «0»"),
        ("udp://h:1?domain=4294967296", "domain «4294967296»"), ("udp://h:1?own-elements=maybe", "must be yes or no"),
        ("udp://h:1?template-refresh=60", "template-refresh «60» must be a time"), ("udp://h:1?template-refresh=0s", "«0s»"),
        ("udp://h:1?template-refresh=25h", "«25h»"), ("udp://h:1?template-refresh=9223372036854775807h", "must be a time"),
        ("tcp://h:1?template-refresh=60s", "for udp alone"), ("udp://h:1?datagram=511", "from 512 to 65507"),
        ("udp://h:1?datagram=65508", "from 512 to 65507"), ("tcp://h:1?datagram=1400", "for udp alone"), ("udp://h:1?rate=0", "rate «0»"),
        ("udp://h:1?ca=x", "for tls alone"), ("tcp://h:1?cert=x", "write tls://"), ("tls://h:1?cert=x", "both or not at all"),
        ("tls://h:1?key=x", "both or not at all"), ("udp://h:1?colour=red", "no parameter «colour»"),
    ])
    func faults(text: String, part: String) throws {
        let error = #expect(throws: ExportTargetError.self) { try ExportTarget(text) }
        let sentence = try #require(error).description
        #expect(sentence.contains(part) && sentence.hasPrefix("the export target «\(text)» cannot be used: "), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }
}
