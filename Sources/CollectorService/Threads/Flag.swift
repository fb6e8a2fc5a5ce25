import Synchronization

/// Something that happens once and is asked for from any thread: the client has gone, the service stops.
final class Flag: Sendable {
    private let state = Atomic(false)
    var isSet: Bool { state.load(ordering: .relaxed) }
    func set() { state.store(true, ordering: .relaxed) }
}
