import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1

/// Why a collector did not answer, in our own words: those of the libraries are for their makers, and may name the folders
/// that a program was built in.
enum CollectorSilence {
    /// One clause for people, without the address.
    ///
    /// - Parameter hint: what can be done when the time was too short.
    static func reason(_ error: any Error, timeout: TimeAmount, hint: String = "") -> String {
        if let failure = error as? HTTPClientError {
            switch failure {
            case .deadlineExceeded: return "it did not answer within \(seconds(timeout)) s\(hint)"
            case .readTimeout, .writeTimeout: return "it fell silent in the middle of its answer"
            case .connectTimeout: return "no connection came about within 5 s"
            case .remoteConnectionClosed: return "it closed the connection without an answer"
            case .tlsHandshakeTimeout: return noTLS
            default: return "the answer cannot be read (\(failure.shortDescription))"
            }
        }
        if let errno = find(IOError.self, in: error)?.errnoCode { return reason(errno: errno) }
        if find(SocketAddressError.UnknownHost.self, in: error) != nil { return "its name has no address" }
        if error is HTTPParserError { return "what answers there does not speak HTTP" }
        // The TLS library is not ours to import; the name of its module is as good.
        let type = String(reflecting: type(of: error))
        if type.hasPrefix("NIOSSL.") { return noTLS }
        if error is NIOTooManyBytesError { return "the answer is larger than this program holds; ask for fewer rows" }
        if error is CancellationError { return "it was interrupted" }
        return "the connection failed (\(type))"
    }

    private static let noTLS =
        "no TLS connection came about; write http:// when it speaks no TLS, or let this machine trust its certificate"

    private static func reason(errno: CInt) -> String {
        switch errno {
        case ECONNREFUSED: return "nothing listens there"
        case ECONNRESET, EPIPE: return "it broke the connection off"
        case ENETUNREACH, EHOSTUNREACH: return "no way leads there from here"
        case ETIMEDOUT: return "it does not react"
        case EACCES, EPERM: return "this machine does not let the connection out"
        default:
            // The text is the C library's, and copied at once.
            return unsafe String(cString: strerror(errno)).lowercased()
        }
    }

    private static func seconds(_ timeout: TimeAmount) -> String {
        let milliseconds = timeout.nanoseconds / 1_000_000
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)" : "\(Double(milliseconds) / 1000)"
    }

    /// The errors of several attempts to connect lie within one of a module that is not imported here.
    private static func find<Wanted>(_ wanted: Wanted.Type, in value: Any, depth: Int = 0) -> Wanted? {
        if let found = value as? Wanted { return found }
        guard depth < 5 else { return nil }
        for child in Mirror(reflecting: value).children {
            if let found = find(wanted, in: child.value, depth: depth + 1) { return found }
        }
        return nil
    }
}
