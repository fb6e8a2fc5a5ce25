import Foundation
import TestSupport
import Testing

@testable import zonal

@Suite("Addresses that lead to no collector")
struct CollectorAddressTests {
    @Test("an address is one, or it is said what is wrong", arguments: [
        ("http://127.0.0.1:99999", "the port \"99999\" is not a number from 1 to 65535"),
        ("http://127.0.0.1:0", "the port \"0\" is not a number from 1 to 65535"),
        ("http://127.0.0.1:", "the port \"\" is not a number from 1 to 65535"),
        ("http://127.0.0.1:+80", "the port \"+80\" is not a number from 1 to 65535"),
        ("127.0.0.1:18100", "write http:// before it: --collector http://127.0.0.1:18100"),
        ("host", "write http:// before it: --collector http://host"),
        ("ftp://host", "a collector speaks http or https, not ftp"),
        ("http://", "write http:// before it: --collector http://http:"),
        ("http:///v1", "names no host; write one such as http://127.0.0.1:8080"),
        ("http://::1:8080", "an IPv6 address stands in brackets, as in http://[::1]:8080"),
        ("http://[::1", "the bracket of the IPv6 address is never closed"),
        ("http://host/?a=b", "what is asked does not belong into it: leave ? and # away"),
        ("http://me:word@host", "a collector takes no user and password: leave what stands before @ away"),
        ("http://ho st", "has blanks or signs that belong in no address; write one such as http://127.0.0.1:8080"),
        ("http://h\u{0}st", "has blanks or signs that belong in no address; write one such as http://127.0.0.1:8080"),
        ("", "is no address; write one such as http://127.0.0.1:8080"),
    ])
    func faults(text: String, reason: String) {
        let fault = #expect(throws: CollectorURL.Fault.self) { try CollectorURL(text) }
        #expect(fault?.reason == reason)
    }

    @Test("what is an address", arguments: [
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"), ("https://c.example/zonal//", "https://c.example/zonal"),
        ("HTTP://[fd00::1]:65535", "http://[fd00::1]:65535"), ("http://host", "http://host"),
    ])
    func sound(text: String, base: String) throws {
        #expect(try CollectorURL(text).base == base)
    }

    private static let commands = [["query"], ["top", "--by", "src"], ["series"], ["alerts"], ["agents"], ["report"]]

    @Test("no command stops short at a port that is none", arguments: commands)
    func port(command: [String]) async throws {
        let result = try await Zonal.run(command + ["--collector", "http://127.0.0.1:99999"])
        #expect(result.status == 2)
        #expect(result.errors == "zonal: --collector \"http://127.0.0.1:99999\": the port \"99999\" is not a number from 1 to 65535\n")
    }

    @Test("nor does import", .enabled(if: SharedFolder.path("captures/packets/tcp/tcpdump-tcp_rst_data.pcap") != nil))
    func importing() async throws {
        let capture = try #require(SharedFolder.path("captures/packets/tcp/tcpdump-tcp_rst_data.pcap"))
        let result = try await Zonal.run(["import", capture, "--collector", "http://127.0.0.1:99999"])
        #expect(result.status == 1)
        #expect(result.errors.contains("the port \"99999\" is not a number from 1 to 65535"), "\(result.errors)")
    }

    @Test("another server's page is no answer", arguments: [
        (["query"], "text/html"), (["query"], "text/plain"), (["top", "--by", "src", "--format", "json"], "application/json"),
        (["report"], "text/html"), (["alerts"], "application/json"), (["report", "--format", "json"], "application/json"),
    ])
    func page(command: [String], type: String) async throws {
        let server = try OtherServer(answer: OtherServer.http("<html>{}</html>", type: type))
        let result = try await Zonal.run(command + ["--collector", server.url])
        #expect(result.status == 1)
        #expect(result.output.isEmpty)
        #expect(result.errors == "zonal: \(server.url) is no Zonal collector: it answered with \(type); check --collector\n")
    }

    @Test("nor is its error, nor what is no HTTP")
    func others() async throws {
        let missing = try OtherServer(answer: OtherServer.http("gone", type: "text/html", status: "404 Not Found"))
        #expect(try await Zonal.run(["query", "--collector", missing.url]).errors
            == "zonal: \(missing.url) is no Zonal collector: it answered 404 Not Found; check --collector\n")
        // To follow it would stop the process: no port has that number.
        let elsewhere = try OtherServer(
            answer: "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:99999/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        #expect(try await Zonal.run(["query", "--collector", elsewhere.url]).errors
            == "zonal: \(elsewhere.url) is no Zonal collector: it answered 302 Found; check --collector\n")
        let ssh = try OtherServer(answer: "SSH-2.0-OpenSSH_9.2p1\r\n")
        let result = try await Zonal.run(["query", "--collector", ssh.url])
        #expect(result.status == 1)
        #expect(result.errors.contains("does not speak HTTP"), "\(result.errors)")
    }

    @Test("each silence has its sentence, and none the words of a library")
    func silences() async throws {
        let silent = try OtherServer(answer: nil)
        let plain = try OtherServer(answer: OtherServer.http("", type: "text/html", status: "400 Bad Request"))
        let mute = try OtherServer(answer: "")
        let address = plain.url.replacingOccurrences(of: "http://", with: "https://")
        for (url, reason) in [
            (silent.url, "it did not answer within 0.3 s; --timeout waits longer"),
            ("http://127.0.0.1:1", "nothing listens there"),
            ("http://no-such-host.invalid:8080", "its name has no address"),
            (mute.url, "it closed the connection without an answer"),
            (address, "no TLS connection came about; write http:// when it speaks no TLS, or let this machine trust its certificate"),
        ] {
            // A name takes its time to be nobody's.
            let result = try await Zonal.run(["query", "--collector", url, "--timeout", url == silent.url ? "300ms" : "60s"])
            #expect(result.status == 1)
            #expect(result.errors == "zonal: \(url) cannot be asked: \(reason); is a collector running there? Or read a folder with --data\n")
        }
    }

    @Test("--timeout is a time", arguments: ["0s", "soon", "2d", "5"])
    func timeout(text: String) async throws {
        let result = try await Zonal.run(["query", "--timeout", text])
        #expect(result.status == 2)
        #expect(result.errors.contains("is no time from 1ms to 1d"), "\(result.errors)")
    }
}
