import NIOCore
import NIOSSL

/// The files that a TLS listener needs, all PEM.
package struct ListenerTLS: Sendable, Equatable {
    /// The certificate, with those that lead to a CA behind it.
    package var certificate: String
    package var key: String
    /// The CA whose certificates exporters must have; nil asks them for none.
    package var clientCA: String?

    package init(certificate: String, key: String, clientCA: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }

    /// - Throws: which file is wrong, and how.
    func context() throws(ListenerError) -> NIOSSLContext {
        let chain = try Self.read(certificate, "a certificate") { try NIOSSLCertificate.fromPEMFile(certificate) }
        guard !chain.isEmpty else { throw ListenerError(place: certificate, text: "holds no certificate; it must be PEM") }
        let privateKey = try Self.read(key, "a private key") { try NIOSSLPrivateKey(file: key, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        configuration.minimumTLSVersion = .tlsv12
        // Exporters only write: few answer to the end, and nobody is to wait for those that do not.
        configuration.shutdownTimeout = .milliseconds(500)
        if let clientCA {
            let roots = try Self.read(clientCA, "certificates of a CA") { try NIOSSLCertificate.fromPEMFile(clientCA) }
            guard !roots.isEmpty else { throw ListenerError(place: clientCA, text: "holds no certificate; it must be PEM") }
            configuration.trustRoots = .certificates(roots)
            // Exporters have addresses that come and go: the CA vouches for them, not a name.
            configuration.certificateVerification = .noHostnameVerification
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ListenerError(place: certificate, text: "does not go with the key \(key): \(error)")
        }
    }

    private static func read<Value>(_ path: String, _ what: String, _ body: () throws -> Value) throws(ListenerError) -> Value {
        do {
            return try body()
        } catch {
            throw ListenerError(place: path, text: "cannot be read as \(what) (PEM): \(error)")
        }
    }
}
