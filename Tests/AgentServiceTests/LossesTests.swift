import Logging
import PacketDecoding
import Testing

@testable import AgentService

@Suite("Losses that go into the log")
struct LossesTests {
    @Test("each kind is news once, and stands in the line")
    func news() {
        var losses = Losses()
        #expect(!losses.isMore(than: Losses()))
        let changes: [(inout Losses) -> Void] = [
            { $0.dropped += 1 }, { $0.freezes += 1 }, { $0.addresses += 1 }, { $0.fragments.withoutFirst += 1 }, { $0.fragments.evicted += 1 },
        ]
        for change in changes {
            let before = losses
            change(&losses)
            #expect(losses.isMore(than: before))
            #expect(!before.isMore(than: losses))
        }
        #expect(losses.metadata["packets.dropped"] == "1")
        #expect(losses.metadata["ring.freezes"] == "1")
        #expect(losses.metadata["addresses.dropped"] == "1")
        guard case .dictionary(let fragments)? = losses.metadata["fragments"] else {
            Issue.record("no fragments")
            return
        }
        #expect(fragments["fragment-without-first"] == "1")
        #expect(fragments["fragment-first-evicted"] == "1")
    }
}
