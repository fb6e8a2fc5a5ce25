import AgentService
import Capture
import FlowModel
import Foundation
import Synchronization
import TestSupport
import Testing

/// No frame is lost without a word: not of an interface that goes, not at a stop, not under another name. Truth is the
/// kernel's own counters.
@Suite("Losses of capture", .enabled(if: VirtualHost.isAvailable, "needs root, ip, ping and network namespaces"))
struct CaptureLossTests {
    private static func dropped(_ report: AgentReport) -> UInt64 { report.interfaces.reduce(0) { $0 + $1.dropped } }
    private static func captured(_ report: AgentReport) -> UInt64 { report.interfaces.reduce(0) { $0 + $1.captured } }

    @Test("an interface that is deleted leaves its last frames", arguments: [200, 30_000])
    func deleted(frames: Int) async throws {
        let host = try VirtualHost()
        var truth: UInt64 = 0
        let report = try await RunningLoop.capturing(RunningLoop.configuration(host)) { deliveries in
            _ = try host.addPair("zva", subnet: 1)
            #expect(await RunningLoop.eventually { deliveries.hasInterface("\(host.name)/zva") })
            let before = try host.frames("zva")
            try host.delete("zva") {
                try host.send(frames, subnet: 1)
                truth = try host.frames("zva") - before
            }
            #expect(await RunningLoop.eventually { !deliveries.hasInterface("\(host.name)/zva") })
        }
        #expect(truth >= UInt64(frames))
        #expect(report.captured + Self.dropped(report) == truth)
        if frames == 200 { #expect(report.captured == truth) }
        #expect(Self.captured(report) == report.captured)
    }

    @Test("what was on the wire before the stop is captured", arguments: [1, 2])
    func stopped(threads: Int) async throws {
        let host = try VirtualHost()
        var truth: UInt64 = 0
        let hasBegun = Atomic(false)
        let isEnough = Atomic(false)
        async let sending: Void = withCheckedContinuation { continuation in
            Thread {
                while !hasBegun.load(ordering: .acquiring), !isEnough.load(ordering: .acquiring) { usleep(1000) }
                while !isEnough.load(ordering: .acquiring) { try? host.send(5000, subnet: 2) }
                continuation.resume()
            }.start()
        }
        defer { isEnough.store(true, ordering: .releasing) }
        let report = try await RunningLoop.capturing(RunningLoop.configuration(host, threads: threads)) { deliveries in
            _ = try host.addPair("zva", subnet: 1)
            _ = try host.addPair("zvb", subnet: 2)
            #expect(await RunningLoop.eventually { deliveries.hasInterface("\(host.name)/zva") && deliveries.hasInterface("\(host.name)/zvb") })
            // The other one keeps the loop awake, so that it sees the stop at once.
            hasBegun.store(true, ordering: .releasing)
            let before = try host.frames("zva")
            try host.send(100, subnet: 1)
            truth = try host.frames("zva") - before
        }
        isEnough.store(true, ordering: .releasing)
        await sending
        #expect(truth >= 100)
        #expect(report.interfaces.first { $0.name.hasSuffix("/zva") }?.captured == truth)
        #expect(report.captured == report.metered + report.witnessed + report.notMetered.values.reduce(0, +))
    }

    @Test("an interface that is renamed under traffic loses no frame, and the figures of every report agree")
    func renamed() async throws {
        let host = try VirtualHost()
        var truth: UInt64 = 0
        var reports: [AgentReport] = []
        let report = try await RunningLoop.capturing(RunningLoop.configuration(host, threads: 2)) { deliveries in
            _ = try host.addPair("zva", subnet: 1)
            #expect(await RunningLoop.eventually { deliveries.hasInterface("\(host.name)/zva") })
            let before = try host.frames("zva")
            let isEnough = Atomic(false)
            async let sending: Void = withCheckedContinuation { continuation in
                Thread {
                    while !isEnough.load(ordering: .acquiring) { try? host.send(5, subnet: 1) }
                    continuation.resume()
                }.start()
            }
            defer { isEnough.store(true, ordering: .releasing) }
            for name in ["zvb", "zvc", "zvd"] {
                let last = name == "zvb" ? "zva" : name == "zvc" ? "zvb" : "zvc"
                try host.ip("link", "set", last, "name", name)
                #expect(await RunningLoop.eventually { deliveries.hasInterface("\(host.name)/\(name)") })
            }
            isEnough.store(true, ordering: .releasing)
            await sending
            truth = try host.frames("zvd") - before
            reports = deliveries.reports
        }
        #expect(truth > 0)
        #expect(report.captured == truth)
        #expect(report.interfaces.map(\.name) == ["\(host.name)/zvd"])
        for report in reports { #expect(Self.captured(report) == report.captured) }
    }

    @Test("a namespace that is deleted and made again under its name is followed, and the old one is let go")
    func remade() async throws {
        let host = try VirtualHost()
        var configuration = RunningLoop.configuration(host)
        // Nobody is to look while there is none of the name.
        configuration.rescanMilliseconds = 5000
        _ = try await RunningLoop.capturing(configuration) { deliveries in
            let first = try host.addPair("zva", subnet: 1)
            #expect(await RunningLoop.eventually { host.ping(first); return deliveries.packets("\(host.name)/zva", to: first) > 0 })
            try host.remake()
            let second = try host.addPair("zva", subnet: 2)
            #expect(await RunningLoop.eventually { host.ping(second); return deliveries.packets("\(host.name)/zva", to: second) > 0 })
            #expect(await RunningLoop.eventually { !host.hasFarEnd(subnet: 1) })
        }
    }

    @Test("a namespace that is not there, and what cannot be one, stop the start", arguments: ["zh-none", "pid:2147483647", "pid:abc", "pid:99999999999", ""])
    func wrongNamespace(name: String) async throws {
        var configuration = AgentConfiguration(name: "test")
        configuration.selection = InterfaceSelection(include: ["zv*"])
        configuration.namespaces = [name]
        let error = await #expect(throws: CaptureError.self) { try await RunningLoop.capturing(configuration) { _ in } }
        #expect(error?.code == .namespace)
    }

    @Test("a clock that is set back an hour holds up neither reports nor interfaces that come")
    func clockSetBack() async throws {
        let host = try VirtualHost()
        let offset = Atomic<Int64>(0)
        let configuration = RunningLoop.configuration(host)
        let clocks = CaptureClocks(
            wall: { CaptureClocks.system.wall() + offset.load(ordering: .relaxed) }, steady: CaptureClocks.system.steady)
        _ = try await RunningLoop.capturing(configuration, clocks: clocks) { deliveries in
            #expect(await RunningLoop.eventually { deliveries.reports.count > 2 })
            offset.store(-3_600_000, ordering: .relaxed)
            let limit = CaptureClocks.system.wall() - 1_800_000
            #expect(await RunningLoop.eventually { deliveries.reports.filter { $0.exportMilliseconds < limit }.count > 2 })
            let address = try host.addPair("zva", subnet: 1)
            #expect(await RunningLoop.eventually { host.ping(address); return deliveries.hasInterface("\(host.name)/zva") })
        }
    }
}
