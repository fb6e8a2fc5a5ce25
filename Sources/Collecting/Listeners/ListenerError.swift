/// Why a socket for other people's exports could not be had: where, and what would mend it.
package struct ListenerError: Error, Equatable, CustomStringConvertible {
    /// HOST:PORT as it was given.
    package let place: String
    package let text: String

    package var description: String { "\(place): \(text)" }
}
