import Testing
import TestSupport

extension LabTests {
    /// Scans become alerts at a real syslog receiver; ordinary traffic does not.
    @Suite("scans", .needs(Requirements.labAndRsyslog))
    struct Scans {
        @Test("each scan raises one alert at the receiver, ordinary traffic none", .timeLimit(.minutes(15)))
        func alerts() async throws {
            let folder = try ScratchFolder("zonal-lab")
            try await LabFixture.with(offloads: .on, data: folder.path("data")) { lab in
                let receiver = try await SyslogReceiver(lab)
                try await lab.startCollector([
                    "--syslog", "udp://\(lab.address):\(receiver.udpPort)", "--syslog", "tcp://\(lab.address):\(receiver.tcpPort)",
                ])
                // The agents' own timeouts: the time that is reported is that of what people run.
                try await lab.startAgents()
                try await lab.traffic()
                try await lab.hop()

                try await expectAlert(of: "D2", from: "scan-vertical", lab, receiver)
                try await expectAlert(of: "D1", from: "scan-horizontal", lab, receiver)

                // What the agents still hold of ordinary traffic comes now, and their goodbye.
                try await lab.traffic()
                try await lab.stopAgents()
                let alerts: [AlertRow] = try await lab.api.rows("v1/alerts")
                #expect(alerts.map(\.name).sorted() == ["horizontal-scan", "vertical-scan"])
                #expect(alerts.allSatisfy { $0.state == "open" })
                try await lab.stopCollector()
                let messages = try receiver.messages()
                #expect(messages.count == 4, "two alerts, by UDP and by TCP: \(messages.map(\.text))")
                try await receiver.stop()
            }
        }

        /// Makes the scan and waits for its alert by both transports. How long that took is said and not judged: 10 s after
        /// the last RST are promised, but other programs may hold all cores.
        private func expectAlert(
            of rule: String, from verb: String, _ lab: LabFixture, _ receiver: SyslogReceiver
        ) async throws {
            let scan = try await lab.scan(verb)
            #expect(scan.refused == scan.attempts)
            let messages = try await eventually("an alert of \(rule) by UDP and by TCP") {
                let found = try receiver.messages().filter { $0.messageID == rule }
                return found.count >= 2 ? found : nil
            }
            #expect(Set(messages.map(\.transport)) == ["imudp", "imtcp"])
            for message in messages {
                #expect(message.version == "1")
                #expect(message.application == "zonal")
                #expect(message.text.contains(scan.src))
                #expect(message.structuredData.hasPrefix("["))
                let received = try #require(message.receivedSeconds)
                // After the try that it needs: a message that came earlier would be of something else.
                #expect(received > scan.first, "\(rule) by \(message.transport)")
                print("\(rule) by \(message.transport): \(Int(((received - scan.lastRst) * 1000).rounded())) ms after the last RST")
            }
        }
    }
}
