import Detection
import FlowModel

/// Which alerts are to be stored when: what opens, rises or ends at once, repeats at most every few seconds.
struct AlertLedger {
    /// Milliseconds of the collector's clock between two times that repeats of one alert are stored.
    static let pause: Int64 = 5000
    /// So many alerts may be opened before their number in the catalogue is looked at.
    static let trimStep = 1000

    /// Of open alerts: when they were stored last.
    private var saved: [String: Int64] = [:]
    /// Alerts that have changed and are not stored yet.
    private var waiting: [String: Alert] = [:]
    private var lastDue: Int64 = .min
    /// The first look is at what the last run left.
    private var openedSinceTrim = Self.trimStep

    var isTrimDue: Bool { openedSinceTrim >= Self.trimStep }
    mutating func wasTrimmed() { openedSinceTrim = 0 }

    /// - Returns: the alerts of the events that are to be stored now, each once and as it stands at the end.
    mutating func note(_ events: [AlertEvent], now: Int64) -> [Alert] {
        var order: [String] = []
        var due: [String: Alert] = [:]
        for event in events {
            let alert = event.alert
            if event.kind == .opened { openedSinceTrim += 1 }
            guard event.kind != .folded || due[alert.id] != nil || isOver(saved[alert.id], now) else {
                waiting[alert.id] = alert
                continue
            }
            if due.updateValue(alert, forKey: alert.id) == nil { order.append(alert.id) }
            waiting[alert.id] = nil
            saved[alert.id] = event.kind == .closed ? nil : now
        }
        return order.compactMap { due[$0] }
    }

    /// What has waited, when it is time; otherwise nothing.
    mutating func takeDue(now: Int64) -> [Alert] {
        guard !waiting.isEmpty, isOver(lastDue, now) else { return [] }
        lastDue = now
        let alerts = takeAll()
        for alert in alerts where alert.state == .open { saved[alert.id] = now }
        return alerts
    }

    mutating func takeAll() -> [Alert] {
        defer { waiting = [:] }
        return waiting.values.sorted { $0.id < $1.id }
    }

    /// They were to be stored and are not. What has changed again since is in the events that follow.
    mutating func failed(_ alerts: [Alert], now: Int64) {
        lastDue = now
        for alert in alerts { waiting[alert.id] = alert }
    }

    /// A clock that was set back does not make anything wait for longer.
    private func isOver(_ moment: Int64?, _ now: Int64) -> Bool {
        guard let moment, moment != .min else { return true }
        return now < moment || now - moment >= Self.pause
    }
}
