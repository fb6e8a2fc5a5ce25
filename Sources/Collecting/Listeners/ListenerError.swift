import Glibc

/// Why a socket for other people's exports could not be had: where, and what would mend it.
package struct ListenerError: Error, Equatable, CustomStringConvertible {
    /// HOST:PORT as it was given, or the file that is wrong.
    package let place: String
    package let text: String

    package var description: String { "\(place): \(text)" }

    init(place: String, text: String) {
        self.place = place
        self.text = text
    }

    /// - Parameter number: what the kernel said.
    init(place: String, number: Int32, isDatagram: Bool) {
        self.place = place
        text = SocketFailure(number: number).text + Self.mend(number, isDatagram)
    }

    private static func mend(_ number: Int32, _ isDatagram: Bool) -> String {
        switch number {
        case EADDRINUSE: "; another program takes it: `ss -\(isDatagram ? "u" : "t")lnp` names it"
        case EADDRNOTAVAIL: "; this machine has no such address: `ip -br address` lists those it has"
        case EACCES: "; ports below 1024 are for root"
        default: ""
        }
    }
}
