package import FlowModel

/// A rule has fired, or what it fired for has ended. `AlertLifecycle` makes alerts of signals.
package struct AlertSignal: Sendable, Equatable {
    package enum Kind: Sendable {
        case fired
        /// The condition is over; of the evidence only rule, scope and times count.
        case cleared
    }
    package var kind: Kind
    /// The alert as this firing alone would make it; `id` is empty, `count` is 1.
    package var evidence: Alert

    package init(_ kind: Kind, _ evidence: Alert) {
        self.kind = kind
        self.evidence = evidence
    }

    /// The empty evidence of a rule for a scope.
    static func evidence(_ rule: DetectionRule, scope: String) -> Alert {
        var alert = Alert(id: "", rule: rule.rawValue, name: rule.name, scope: scope, severity: rule.severity)
        alert.techniques = rule.techniques
        return alert
    }
}
