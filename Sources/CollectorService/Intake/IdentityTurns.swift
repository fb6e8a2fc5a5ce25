import FlowModel
import Synchronization

/// Two pieces of work on one batch wait for each other; those on others mostly go on side by side. Blocks its thread.
final class IdentityTurns: Sendable {
    private final class Turn: Sendable {
        let lock = Mutex(())
    }
    private let turns = (0..<64).map { _ in Turn() }

    func take<Result: Sendable, Failure: Error>(
        _ identity: BatchIdentity, _ work: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let place = Int(UInt(bitPattern: identity.hashValue) % UInt(turns.count))
        return try turns[place].lock.withLock { _ throws(Failure) in try work() }
    }
}
