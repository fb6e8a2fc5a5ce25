/// What a command says before it ends: a sentence that names the place and the mend. Exit status 1, or 2 when what was
/// asked for is wrong (a filter, a field, a setting).
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String
    package let isUsage: Bool

    package init(_ description: String, isUsage: Bool = false) {
        self.description = description
        self.isUsage = isUsage
    }
}
