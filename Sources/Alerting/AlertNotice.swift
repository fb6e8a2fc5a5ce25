package import FlowModel

/// What people are told of an alert: it has opened, become worse, or closed.
package struct AlertNotice: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable { case opened, escalated, closed }
    package var kind: Kind
    package var alert: Alert
    /// When it happened, milliseconds since 1970 UTC of the collector's clock.
    package var milliseconds: Int64

    package init(_ kind: Kind, _ alert: Alert, milliseconds: Int64) {
        self.kind = kind
        self.alert = alert
        self.milliseconds = milliseconds
    }
}
