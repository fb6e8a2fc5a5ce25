import FlowModel
import FlowQuery
import Testing

@Suite("completion offers what the parser would take")
struct FilterCompletionTests {
    private func words(_ text: String) -> [String] {
        FilterCompletion.suggest(text: text, cursor: text.count).suggestions.map(\.text)
    }

    @Test("fields and keywords by their beginning")
    func beginnings() {
        #expect(words("dst_").sorted() == ["dst_mac", "dst_port"])
        #expect(words("tcp and rev_b") == ["rev_bytes"])
        #expect(words("").contains("src") && words("").contains("not") && words("").contains("port"))
        #expect(words("not (").contains("bytes"))
        #expect(!words("").contains("records"))
    }

    @Test("joining words, comparisons and values where they belong")
    func places() {
        #expect(words("tcp ") == ["and", "or"])
        #expect(words("tcp a") == ["and"])
        #expect(words("bytes ").contains(">"))
        #expect(words("state ").contains("REJ"))
        #expect(words("state R") == ["REJ", "RSTO", "RSTR", "RSTOS0", "RSTRH"])
        #expect(words("end_reason in [id") == ["idle"])
        #expect(words("direction = e") == ["egress"])
        #expect(words("(tcp ") == ["and", "or", ")"])
        #expect(words("src ").contains("port"))
        #expect(words("prot 5 and b").isEmpty)
    }

    @Test("the word under the cursor is replaced")
    func range() {
        let completion = FilterCompletion.suggest(text: "tcp and byt > 5", cursor: 11)
        #expect(completion.replaces == 8..<11)
        #expect(completion.suggestions.map(\.text) == ["bytes"])
        #expect(completion.suggestions.first?.meaning == "IP-layer bytes from src to dst.")
        #expect(FilterCompletion.suggest(text: "x", cursor: 99).replaces == 0..<1)
        #expect(FilterCompletion.suggest(text: "", cursor: -1).replaces == 0..<0)
    }

    @Test(
        "values are wanted where one could stand, of fields that are worth it",
        arguments: [
            ("", []), ("tcp ", []), ("src ", [.src]), ("src net ", [.src]), ("host ", [.dst, .src]), ("host 10.", [.dst, .src]),
            ("port ", [.dstPort, .srcPort]), ("dst port in [80, ", [.dstPort]), ("port in ", []), ("agent = ", [.agent]), ("agent \"hv", [.agent]),
            ("agent ~ ", []), ("state in [S0,", [.state]), ("not vni ", [.vni]), ("bytes > ", []), ("end > ", []), ("proto t", [.proto]),
            ("vni 5001 and ", []), ("counted = ", []), ("bogus and port ", []), ("community_id ", []), ("port 80", [.dstPort, .srcPort]), ("port 80 ", []),
        ] as [(String, [Field])])
    func wanted(text: String, fields: [Field]) {
        #expect(FilterCompletion.suggest(text: text, cursor: text.count).wanted == fields)
    }

    @Test("a quote that is open is replaced with the value, cursors within and behind characters of several parts")
    func quotes() {
        let completion = FilterCompletion.suggest(text: "agent 'hv-", cursor: 10)
        #expect(completion.replaces == 6..<10)
        #expect(completion.typed == "hv-")
        #expect(completion.suggestions.isEmpty)
        let family = FilterCompletion.suggest(text: "agent \u{1F468}\u{200D}\u{1F469} an", cursor: 10)
        #expect(family.replaces == 8..<10)
        #expect(family.suggestions.map(\.text) == ["and"])
    }
}
