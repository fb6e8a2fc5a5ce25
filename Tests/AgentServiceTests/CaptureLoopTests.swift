import AgentService
import FlowModel
import Foundation
import TestSupport
import Testing

/// An agent's capture on interfaces of a network namespace that come, go and change under it. Truth is what was sent.
@Suite("Following interfaces", .enabled(if: VirtualHost.isAvailable, "needs root, ip, ping and network namespaces"))
struct CaptureLoopTests {
    @Test("interfaces that come, are renamed, go down and up, and go are followed without a restart", arguments: [1, 2])
    func follow(threads: Int) async throws {
        let host = try VirtualHost()
        let report = try await RunningLoop.capturing(RunningLoop.configuration(host, threads: threads)) { deliveries in
            for (round, name) in ["zva", "zvb"].enumerated() {
                let address = try host.addPair(name, subnet: round + 1)
                #expect(await RunningLoop.eventually { host.ping(address); return deliveries.packets("\(host.name)/\(name)", to: address) > 0 }, "\(name) came")
            }
            let address = host.address(subnet: 1)
            try host.ip("link", "set", "zva", "name", "zvc")
            #expect(await RunningLoop.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > 0 }, "zva was renamed")
            let before = deliveries.packets("\(host.name)/zvc", to: address)
            try host.ip("link", "set", "zvc", "down")
            try host.ip("link", "set", "zvc", "up")
            #expect(await RunningLoop.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > before }, "zvc went down and up")
            // Away and back before anybody looks: the old ring is dead, though name and index are the same.
            let earlier = deliveries.packets("\(host.name)/zvc", to: address)
            try host.bounce("zvc", subnet: 1)
            #expect(await RunningLoop.eventually { host.ping(address); return deliveries.packets("\(host.name)/zvc", to: address) > earlier }, "zvc was away")
            try host.ip("link", "del", "zvb")
            #expect(await RunningLoop.eventually { deliveries.reports.last?.interfaces.contains { $0.name.hasSuffix("/zvb") } == false }, "zvb went")
        }
        #expect(report.isGoodbye)
        #expect(report.captured == report.metered + report.witnessed + report.notMetered.values.reduce(0, +))
        #expect(report.captured > 0)
    }

    @Test("every packet of many interfaces is counted once, and the account balances to the packet", arguments: [1, 3])
    func many(threads: Int) async throws {
        let host = try VirtualHost()
        let addresses = try (1...24).map { try host.addPair("zv\($0)", subnet: $0) }
        let report = try await RunningLoop.capturing(RunningLoop.configuration(host, threads: threads)) { deliveries in
            for address in addresses { host.ping(address, count: 20) }
            for (place, address) in addresses.enumerated() {
                #expect(await RunningLoop.eventually { deliveries.packets("\(host.name)/zv\(place + 1)", to: address) >= 20 })
                #expect(deliveries.packets("\(host.name)/zv\(place + 1)", to: address) == 20)
            }
        }
        #expect(report.interfaces.count == 24)
        #expect(report.interfaces.allSatisfy { $0.dropped == 0 })
        #expect(report.captured == report.metered + report.witnessed + report.notMetered.values.reduce(0, +))
    }
}
