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
}
