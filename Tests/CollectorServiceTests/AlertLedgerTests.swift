import FlowModel
import Testing

@testable import CollectorService
@testable import Detection

@Suite("When alerts are stored")
struct AlertLedgerTests {
    static func event(_ kind: AlertEvent.Kind, _ id: String = "a", count: UInt64 = 1) -> AlertEvent {
        var alert = Alert(id: id, rule: "D1", name: "horizontal-scan", scope: id, severity: .medium)
        alert.count = count
        alert.state = kind == .closed ? .closed : .open
        return AlertEvent(kind, alert, milliseconds: 0)
    }

    @Test("an opening is stored at once, its repeats together every five seconds, its end at once")
    func course() {
        var ledger = AlertLedger()
        #expect(ledger.note([Self.event(.opened)], now: 0).map(\.count) == [1])
        for round in 1...40 {
            let events = [Self.event(.folded, count: UInt64(round * 2)), Self.event(.folded, count: UInt64(round * 2 + 1))]
            #expect(ledger.note(events, now: Int64(round) * 100).isEmpty)
        }
        #expect(ledger.takeDue(now: 4999).map(\.count) == [81])
        #expect(ledger.takeDue(now: 5000).isEmpty)
        #expect(ledger.note([Self.event(.folded, count: 90)], now: 9000).isEmpty)
        #expect(ledger.takeDue(now: 9500).isEmpty)
        // The end takes along what has waited.
        #expect(ledger.note([Self.event(.closed, count: 90)], now: 9600).map(\.state) == [.closed])
        #expect(ledger.takeDue(now: 20_000).isEmpty && ledger.takeAll().isEmpty)
    }

    @Test("a repeat after a pause, or after a restart, is stored at once; several in one batch once")
    func single() {
        var ledger = AlertLedger()
        #expect(ledger.note([Self.event(.folded, count: 2), Self.event(.folded, count: 3)], now: 0).map(\.count) == [3])
        #expect(ledger.note([Self.event(.folded, count: 4)], now: 4999).isEmpty)
        #expect(ledger.note([Self.event(.folded, count: 5)], now: 5000).map(\.count) == [5])
        #expect(ledger.takeAll().isEmpty)
        // A clock that was set back by a year.
        #expect(ledger.note([Self.event(.folded, count: 6)], now: -31_536_000_000).map(\.count) == [6])
    }

    @Test("what could not be stored waits, and gives way to what is newer")
    func failed() {
        var ledger = AlertLedger()
        let alerts = ledger.note([Self.event(.opened), Self.event(.opened, "b")], now: 0)
        ledger.failed(alerts, now: 0)
        #expect(ledger.takeDue(now: 1000).isEmpty)
        #expect(ledger.note([Self.event(.closed)], now: 2000).map(\.id) == ["a"])
        #expect(ledger.takeDue(now: 5000).map(\.id) == ["b"])
    }

    @Test("the number of alerts is looked at once at the start, and then for each thousand that open")
    func trim() {
        var ledger = AlertLedger()
        #expect(ledger.isTrimDue)
        ledger.wasTrimmed()
        for index in 0..<AlertLedger.trimStep {
            #expect(!ledger.isTrimDue)
            _ = ledger.note([Self.event(.opened, "\(index)"), Self.event(.folded, "\(index)")], now: 0)
        }
        #expect(ledger.isTrimDue)
    }
}
