/// Why a target for exports cannot be used: one sentence that names the piece that is wrong, and what it should be.
package struct ExportTargetError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The whole target, as it was given.
    package var target: String
    /// `the port «0» must be …`
    package var problem: String

    package var description: String { "the export target «\(target)» cannot be used: \(problem)" }
}
