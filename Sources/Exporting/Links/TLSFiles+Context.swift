import NIOSSL

extension ExportTarget.TLSFiles {
    /// What a connection needs of these files, read anew: certificates are renewed while programs run.
    ///
    /// TLS 1.2 or later (RFC 9325 §3.1.1); the collector's certificate and its name are checked.
    func context() throws(LinkFault) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .fullVerification
        if let ca {
            let roots = try Self.certificates(ca, "ca", "the certificate of the CA")
            configuration.trustRoots = .certificates(roots)
        }
        if let certificate, let key {
            configuration.certificateChain = try Self.certificates(certificate, "cert", "the exporter's certificate")
                .map { .certificate($0) }
            do {
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            } catch {
                throw LinkFault(.files, "key=\(key) cannot be read: it must be the certificate's private key in PEM, without a passphrase")
            }
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw LinkFault(.files, "cert and key do not fit together, or are no certificate and key: \(error)")
        }
    }

    private static func certificates(_ path: String, _ name: String, _ what: String) throws(LinkFault) -> [NIOSSLCertificate] {
        let certificates = (try? NIOSSLCertificate.fromPEMFile(path)) ?? []
        guard !certificates.isEmpty else { throw LinkFault(.files, "\(name)=\(path) cannot be read: it must be \(what) in PEM") }
        return certificates
    }
}
