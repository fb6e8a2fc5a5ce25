/// What a command says before it ends with exit status 1: a sentence that names the place and the mend.
package struct CommandFailure: Error, CustomStringConvertible {
    package let description: String
    package init(_ description: String) { self.description = description }
}
