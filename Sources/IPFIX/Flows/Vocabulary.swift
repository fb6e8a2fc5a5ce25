import FlowModel

/// Enumerations by their number on the wire; unknown numbers are absent. Tables, since a column has many of them.
enum Vocabulary {
    private static let bases = table(InitiatorBasis.absent) { InitiatorBasis(rawValue: $0) }
    private static let states = table(ConnectionState.absent) { ConnectionState(rawValue: $0) }
    private static let reasons = table(FlowEndReason.absent) { FlowEndReason(rawValue: $0) }
    private static let overlays = table(Encapsulation.none) { Encapsulation(rawValue: $0) }

    static func initiatorBasis(_ value: UInt64) -> InitiatorBasis { bases[Int(UInt8(clamping: value))] }
    static func connectionState(_ value: UInt64) -> ConnectionState { states[Int(UInt8(clamping: value))] }
    static func flowEndReason(_ value: UInt64) -> FlowEndReason { reasons[Int(UInt8(clamping: value))] }
    static func encapsulation(_ value: UInt64) -> Encapsulation { overlays[Int(UInt8(clamping: value))] }

    private static func table<T>(_ absent: T, _ make: (UInt8) -> T?) -> [T] {
        (UInt8.min...UInt8.max).map { make($0) ?? absent }
    }
}
