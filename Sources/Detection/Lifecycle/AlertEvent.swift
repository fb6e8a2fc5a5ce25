package import FlowModel

/// What has become of an alert.
package struct AlertEvent: Sendable, Equatable {
    package enum Kind: String, Sendable, CaseIterable {
        case opened
        /// The rule fired again for an open alert: to be stored, not to be told.
        case folded
        /// The same, and the severity has risen.
        case escalated
        case closed
    }
    package var kind: Kind
    package var alert: Alert
    /// Of the collector's clock.
    package var milliseconds: Int64

    package init(_ kind: Kind, _ alert: Alert, milliseconds: Int64) {
        self.kind = kind
        self.alert = alert
        self.milliseconds = milliseconds
    }

    /// True for what people are told: an opening, a rise, an end. Repeats fold.
    package var isNotable: Bool { kind != .folded }
}
