import Capture
import FlowModel
import Metering
import PacketDecoding

extension CaptureLoop {
    /// What was counted on interfaces that are gone.
    struct Retired {
        var captured: UInt64 = 0
        var dropped: UInt64 = 0
        var freezes: UInt64 = 0

        var isEmpty: Bool { captured == 0 && dropped == 0 }
    }

    /// The frames' side of the account at one moment.
    struct Account {
        var interfaces: [AgentReport.Interface]
        var notMetered: [String: UInt64]

        var captured: UInt64 { interfaces.reduce(0) { $0 &+ $1.captured } }
    }

    func account() -> Account {
        var interfaces = (points + ending).map { $0.report() }
        if !retired.isEmpty {
            // What was seen and lost on interfaces that are gone stays in the account.
            interfaces.append(
                AgentReport.Interface(
                    index: UInt32(UInt16.max), name: "interfaces that are gone", kind: "gone", captured: retired.captured,
                    dropped: retired.dropped))
        }
        return Account(interfaces: interfaces, notMetered: counters.notMetered)
    }

    /// - Parameter account: of the frames, at the moment of the outcome's counters.
    func makeReport(_ outcome: MeterPool.Outcome, _ account: Account?, at now: Int64) -> AgentReport {
        var report = AgentReport()
        report.agent = configuration.name
        report.epoch = configuration.epoch
        report.exportMilliseconds = now
        report.interfaces = account?.interfaces ?? []
        report.captured = account?.captured ?? 0
        report.metered = outcome.counters.metered
        report.witnessed = outcome.counters.witnessed
        report.notMetered = account?.notMetered ?? [:]
        if outcome.counters.sampledOut > 0 { report.notMetered["sampled-out"] = outcome.counters.sampledOut }
        report.evicted = outcome.counters.evicted
        report.recordsDropped = recordsDropped()
        var addresses = Set(outcome.addresses)
        for view in views {
            for address in view.list.hostAddresses where !address.isLoopback {
                addresses.insert(AgentReport.LocalAddress(tenant: .none, address: address))
            }
        }
        report.localAddresses = Array(addresses)
        return report
    }

    func losses(_ outcome: MeterPool.Outcome) -> Losses {
        let open = points + ending
        return Losses(
            dropped: open.reduce(retired.dropped) { $0 &+ $1.dropped }, freezes: open.reduce(retired.freezes) { $0 &+ $1.freezes },
            fragments: fragments.counters, addresses: outcome.counters.localAddressesDropped)
    }
}
