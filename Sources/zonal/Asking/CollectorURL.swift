import AgentCommands
import Foundation

/// A collector's address as `--collector` gives it, checked before anything is sent: the HTTP client stops the process at a
/// port that does not fit.
struct CollectorURL {
    static let standard = "http://127.0.0.1:8080"

    /// As it was given, without slashes at its end and the scheme in lower case; a path goes before those of the API.
    let base: String

    /// What is wrong with an address: one clause.
    struct Fault: Error {
        let reason: String
    }

    /// - Throws: what is wrong with it, as a usage error.
    init(flag text: String) throws(CommandFailure) {
        do throws(Fault) {
            try self.init(text)
        } catch {
            throw CommandFailure("--collector \"\(text)\": \(error.reason)", isUsage: true)
        }
    }

    init(_ text: String) throws(Fault) {
        func refuse(_ reason: String) -> Fault { Fault(reason: reason) }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        guard !base.isEmpty else { throw refuse("is no address; write one such as \(Self.standard)") }
        guard base.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw refuse("has blanks or signs that belong in no address; write one such as \(Self.standard)")
        }
        guard let mark = base.firstRange(of: "://") else {
            throw refuse("write http:// before it: --collector http://\(base)")
        }
        let scheme = base[..<mark.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw refuse("a collector speaks http or https, not \(scheme)")
        }
        guard !base.contains("?"), !base.contains("#") else { throw refuse("what is asked does not belong into it: leave ? and # away") }
        let authority = base[mark.upperBound...].prefix { $0 != "/" }
        guard !authority.contains("@") else { throw refuse("a collector takes no user and password: leave what stands before @ away") }
        let host: Substring
        let port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { throw refuse("the bracket of the IPv6 address is never closed") }
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw refuse("a port follows the bracket with a colon, as in http://[::1]:8080") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else {
            let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count <= 2 else { throw refuse("an IPv6 address stands in brackets, as in http://[::1]:8080") }
            host = parts.first ?? ""
            port = parts.count == 2 ? parts[1] : nil
        }
        guard !host.isEmpty else { throw refuse("names no host; write one such as \(Self.standard)") }
        if let port {
            let isNumber = !port.isEmpty && port.utf8.allSatisfy { (48...57).contains($0) }
            guard isNumber, let number = Int(port), (1...65535).contains(number) else {
                throw refuse("the port \"\(port)\" is not a number from 1 to 65535")
            }
        }
        guard URLComponents(string: base)?.host?.isEmpty == false else {
            throw refuse("is no address; write one such as \(Self.standard)")
        }
        self.base = scheme + base[mark.lowerBound...]
    }
}
