/// The id of a delivered batch (design section 5): the same id is never stored twice.
package enum BatchIdentity: Hashable, Sendable {
    /// The three headers of an agent's batch. The sequence counts from 1.
    case sequence(agent: String, epoch: UInt64, sequence: UInt64)
    /// SHA-256 of the unpacked body, lower-case hexadecimal, for a batch without the three headers.
    case digest(String)
}
