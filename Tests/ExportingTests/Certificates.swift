import Foundation
import NIOSSL
import TestSupport

/// A private CA with a collector's certificate (for localhost and 127.0.0.1) and an exporter's, and a CA of somebody else.
struct Certificates: Sendable {
    private let folder: ScratchFolder

    static var isAvailable: Bool { Command.exists("openssl") }

    init() throws {
        folder = try ScratchFolder("zonal-certificates")
        for ca in ["ca", "other"] {
            _ = try Command.check([
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                "/CN=\(ca)", "-keyout", path(ca + ".key"), "-out", path(ca + ".pem"),
            ])
        }
        try issue("collector", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        try issue("elsewhere", "subjectAltName=DNS:elsewhere.example")
        try issue("exporter", "extendedKeyUsage=clientAuth")
    }

    private func issue(_ name: String, _ extensions: String) throws {
        try extensions.write(toFile: path(name + ".ext"), atomically: true, encoding: .utf8)
        _ = try Command.check([
            "openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=\(name)", "-keyout",
            path(name + ".key"), "-out", path(name + ".csr"),
        ])
        _ = try Command.check([
            "openssl", "x509", "-req", "-in", path(name + ".csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
            "-days", "2", "-extfile", path(name + ".ext"), "-out", path(name + ".pem"),
        ])
    }

    func path(_ name: String) -> String { folder.path(name) }

    /// What a collector needs.
    /// - Parameter asks: it wants a certificate of the exporter that `ca` has signed.
    func server(_ name: String = "collector", asks: Bool = false, maximum: TLSVersion? = nil) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(path(name + ".pem")).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: path(name + ".key"), format: .pem)))
        if asks {
            configuration.certificateVerification = .noHostnameVerification
            configuration.trustRoots = .file(path("ca.pem"))
        }
        configuration.maximumTLSVersion = maximum
        return try NIOSSLContext(configuration: configuration)
    }
}
