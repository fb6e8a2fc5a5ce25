import FlowModel
import Foundation
import IPFIX
import NIOSSL
import Testing

@testable import Exporting

@Suite("exports over TLS", .enabled(if: Certificates.isAvailable, "openssl is not installed"))
struct TLSExportTests {
    /// What becomes of 100 flows for a collector.
    private static func export(_ target: String, to collector: StreamCollector) async throws -> ExportStatistics {
        let tester = try ExportTester([target])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(100), account: ExportTester.account)
            try await ExportTester.eventually("they came, or were refused") {
                collector.received.flows.count == 100 || tester.exports.statistics[0].failures > 0
            }
        }
        return tester.exports.statistics[0]
    }

    @Test("with the private CA, by name and by address, TLS 1.2 and 1.3")
    func trusted() async throws {
        let files = try Certificates()
        for (host, maximum) in [("localhost", nil), ("127.0.0.1", .tlsv12)] as [(String, TLSVersion?)] {
            let collector = try await StreamCollector.start(tls: try files.server(maximum: maximum))
            let statistics = try await Self.export("tls://\(host):\(collector.port)?ca=\(files.path("ca.pem"))", to: collector)
            await collector.stop()
            #expect(statistics.sentFlows == 100 && statistics.failures == 0 && statistics.isConnected == false)
            #expect(collector.received.flows.byID() == ExportTester.flows(100).byID())
        }
    }

    @Test("a certificate of another CA, or for another name, is refused in a clear sentence, and nothing is sent")
    func refused() async throws {
        let files = try Certificates()
        let collector = try await StreamCollector.start(tls: try files.server())
        let elsewhere = try await StreamCollector.start(tls: try files.server("elsewhere"))
        let (port, ca, other) = (collector.port, files.path("ca.pem"), files.path("other.pem"))
        let cases: [(String, StreamCollector, String)] = [
            (
                "tls://localhost:\(port)?ca=\(other)", collector,
                "the certificate of tls://localhost:\(port) is not signed by the CA in \(other): give the right one with ca=FILE"
            ),
            (
                "tls://localhost:\(port)", collector,
                "the certificate of tls://localhost:\(port) is not signed by a CA that this machine trusts: give its CA with ca=FILE"
            ),
            (
                "tls://localhost:\(elsewhere.port)?ca=\(ca)", elsewhere,
                "the certificate of tls://localhost:\(elsewhere.port) is not for «localhost»: name the collector as its certificate does"
            ),
            (
                "tls://127.0.0.1:\(elsewhere.port)?ca=\(ca)", elsewhere,
                "the certificate of tls://127.0.0.1:\(elsewhere.port) is not for «127.0.0.1»: name the collector as its certificate does"
            ),
        ]
        for (target, server, sentence) in cases {
            let statistics = try await Self.export(target, to: server)
            #expect(statistics.lastError == sentence)
            #expect(statistics.sentFlows == 0 && statistics.waitingFlows == 100 && statistics.dropped == 0 && statistics.connections == 0)
            #expect(server.received.messages == 0)
        }
        await collector.stop()
        await elsewhere.stop()
    }

    @Test("a collector that asks for a certificate gets ours; without one it refuses", arguments: [nil, .tlsv12] as [TLSVersion?])
    func mutual(maximum: TLSVersion?) async throws {
        let files = try Certificates()
        let collector = try await StreamCollector.start(tls: try files.server(asks: true, maximum: maximum))
        let base = "tls://localhost:\(collector.port)?ca=\(files.path("ca.pem"))"
        let refused = try await Self.export(base, to: collector)
        #expect(refused.failures > 0 && collector.received.messages == 0)
        #expect(refused.lastError?.contains("the exporter's certificate") ?? false, "\(refused.lastError ?? "")")
        #expect(refused.lastError?.hasSuffix("with cert=FILE&key=FILE") ?? false)
        let taken = try await Self.export(
            base + "&cert=\(files.path("exporter.pem"))&key=\(files.path("exporter.key"))", to: collector)
        await collector.stop()
        #expect(taken.failures == 0 && taken.sentFlows == 100 && collector.received.flows.count == 100)
    }

    @Test("files are read anew at each connection: a CA that is mended is enough")
    func renewed() async throws {
        let files = try Certificates()
        let collector = try await StreamCollector.start(tls: try files.server())
        let manager = FileManager.default
        try manager.copyItem(atPath: files.path("other.pem"), toPath: files.path("trusted.pem"))
        let tester = try ExportTester(["tls://localhost:\(collector.port)?ca=\(files.path("trusted.pem"))"])
        try await tester.running {
            tester.exports.offer(flows: ExportTester.flows(100), account: ExportTester.account)
            try await ExportTester.eventually("it is refused") { tester.exports.statistics[0].failures > 0 }
            try Data(contentsOf: URL(fileURLWithPath: files.path("ca.pem"))).write(
                to: URL(fileURLWithPath: files.path("trusted.pem")), options: .atomic)
            try await ExportTester.eventually("they came") { collector.received.flows.count == 100 }
        }
        await collector.stop()
        #expect(tester.exports.statistics[0].dropped == 0)
    }

    @Test("a port that speaks no TLS, and one that says nothing at all")
    func noTLS() async throws {
        let files = try Certificates()
        let plain = try await StreamCollector.start()
        let tester = try ExportTester(["tls://localhost:\(plain.port)?ca=\(files.path("ca.pem"))"]) {
            $0.connectTimeout = .milliseconds(500)
        }
        try await tester.running {
            try await ExportTester.eventually("it fails") { tester.exports.statistics[0].failures > 0 }
        }
        await plain.stop()
        let error = tester.exports.statistics[0].lastError ?? ""
        #expect(error.hasSuffix("look whether it speaks TLS at that port"), "\(error)")
    }

    @Test("files that cannot be read are faults at once", arguments: [
        ("ca=/nonexistent.pem", "ca=/nonexistent.pem cannot be read: it must be the certificate of the CA in PEM"),
        ("cert=/nonexistent.pem&key=/nonexistent.key", "cert=/nonexistent.pem cannot be read: it must be the exporter's certificate in PEM"),
    ])
    func files(parameters: String, sentence: String) throws {
        let error = #expect(throws: ExportTargetError.self) { try ExportTester(["tls://localhost:4740?" + parameters]) }
        #expect(try #require(error).problem == sentence)
    }

    @Test("a key that is none, and one of another certificate")
    func keys() throws {
        let files = try Certificates()
        for (key, words) in [("ca.pem", "private key in PEM"), ("other.key", "do not fit together")] {
            let error = #expect(throws: ExportTargetError.self) {
                try ExportTester(["tls://localhost:1?cert=\(files.path("exporter.pem"))&key=\(files.path(key))"])
            }
            #expect(try #require(error).problem.contains(words))
        }
    }
}
