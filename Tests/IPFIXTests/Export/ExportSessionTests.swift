import FlowModel
import Testing

@testable import IPFIX

/// What a collector is told, and when it is told again.
@Suite("templates and options for other people's collectors")
struct ExportSessionTests {
    private static let start = ExportFlows.exportMilliseconds

    private static func encoder(_ transport: ExportTransport, _ change: (inout ExportSettings) -> Void = { _ in }) -> ExportEncoder {
        var settings = ExportSettings(transport)
        change(&settings)
        return ExportEncoder(settings: settings)
    }

    /// Decodes what one call wrote as somebody would who has heard nothing before.
    private static func late(_ messages: ExportedMessages) -> ExportTester {
        var tester = ExportTester()
        for message in messages.messages { tester.send(Array(messages.octets[message.place])) }
        return tester
    }

    private static func udp(_ number: UInt64) -> FlowBatch {
        var flow = FlowRecord()
        flow.flowId = number
        flow.protocolIdentifier = 17
        flow.packetDeltaCount = 1
        (flow.sourceAddress, flow.destinationAddress) = (IPAddress(ipv4: 1), IPAddress(ipv4: 2))
        var flows = FlowBatch()
        flows.append(flow)
        return flows
    }

    @Test("over UDP templates come again after their time, over a connection never")
    func refreshByTime() {
        for transport in [ExportTransport.datagram, .stream] {
            var encoder = Self.encoder(transport)
            let account = ExportFlows.account()
            #expect(Self.late(encoder.encode(Self.udp(1), account: account, atMilliseconds: Self.start)).statistics.flowRecords == 1)
            let soon = Self.late(encoder.encode(Self.udp(2), account: account, atMilliseconds: Self.start + 59_999))
            #expect(soon.statistics.flowRecords == 0 && soon.statistics.setsWithoutTemplate == 1)
            let later = Self.late(encoder.encode(Self.udp(3), account: account, atMilliseconds: Self.start + 60_000))
            #expect(later.statistics.flowRecords == (transport == .datagram ? 1 : 0))
            // A connection's statistics come without their templates.
            #expect(later.statistics.messagesIPFIX > 1)
            // A clock that is set back does not stop it.
            if transport == .datagram {
                let back = Self.late(encoder.encode(Self.udp(4), account: account, atMilliseconds: Self.start - 3_600_000))
                #expect(back.statistics.flowRecords == 1)
            }
        }
    }

    @Test("without flows there is nothing to send until the time has come")
    func quiet() {
        var encoder = Self.encoder(.datagram)
        let account = ExportFlows.account()
        #expect(!encoder.encode(account: account, atMilliseconds: Self.start).isEmpty)
        #expect(encoder.encode(account: account, atMilliseconds: Self.start + 59_999).isEmpty)
        let again = Self.late(encoder.encode(account: account, atMilliseconds: Self.start + 60_000))
        #expect(again.statistics.optionsTemplateRecords == 7 && again.statistics.reported.ignoredPackets == 20)
    }

    @Test("over UDP templates come again after so many messages, within one call too")
    func refreshByMessages() {
        var encoder = Self.encoder(.datagram) { $0.refreshMessages = 10 }
        let flows = ExportFlows.batch(count: 2000, seed: 6)
        let messages = encoder.encode(flows, account: ExportFlows.account(), atMilliseconds: Self.start)
        // Who hears nothing of the first half understands the second but for its beginning.
        let half = messages.messages[(messages.messages.count / 2)...]
        var tester = ExportTester()
        for message in half { tester.send(Array(messages.octets[message.place])) }
        let sent = half.reduce(0) { $0 + $1.flowRecords }
        #expect(sent > 500 && tester.statistics.setsWithoutTemplate == tester.statistics.setsReadLater)
        #expect(tester.statistics.flowRecords == UInt64(sent) && tester.statistics.sequenceGaps == 0)
    }

    @Test("of every tenth datagram that is lost, the numbers tell each record", arguments: ExportSettings.Format.allCases)
    func losses(format: ExportSettings.Format) {
        var encoder = Self.encoder(.datagram) {
            $0.format = format
            $0.refreshMessages = 1_000_000
        }
        let flows = ExportFlows.batch(count: 3000, seed: 12)
        var tester = ExportTester()
        var walkers: [UInt8: MessageWalker] = [:]
        var (number, lost, read) = (0, UInt64(0), UInt64(0))
        for part in 0..<3 {
            let messages = encoder.encode(flows, account: ExportFlows.account(), atMilliseconds: Self.start + Int64(part) * 1000)
            for message in messages.messages {
                let octets = Array(messages.octets[message.place])
                // The walker knows the templates of all, and counts options records too.
                let records = walkers[octets[15], default: MessageWalker()].records(octets, message: 0..<octets.count)
                number += 1
                // What comes with a template that was lost cannot be counted: the first part arrives.
                if part > 0 && number % 10 == 0 {
                    lost += UInt64(records)
                } else {
                    tester.send(octets)
                    read += UInt64(records)
                }
            }
        }
        // The refresh has a message of each domain: what was lost last shows too.
        let last = encoder.encode(Self.udp(1), account: ExportFlows.account(), atMilliseconds: Self.start + 70_000)
        for message in last.messages { tester.send(Array(last.octets[message.place])) }
        #expect(lost > 500 && read > lost && tester.statistics.faults.isEmpty)
        #expect(tester.statistics.missing.records == lost && tester.statistics.sequenceGaps > 50)
    }

    @Test("ids stay through a session, and a new one begins anew with templates and number 0")
    func sessions() {
        var encoder = Self.encoder(.stream)
        let account = ExportFlows.account()
        let flows = ExportFlows.batch(count: 300, seed: 7)
        var tester = ExportTester()
        tester.transport = .stream
        for session in 0..<3 {
            if session > 0 {
                tester.decoder.close(ExporterSource(ExportTester.address, port: tester.port))
                tester.port += 1
                encoder.beginSession()
            }
            for part in 0..<3 {
                let messages = encoder.encode(flows, account: account, atMilliseconds: Self.start)
                for message in messages.messages { tester.send(Array(messages.octets[message.place])) }
                if part > 0 { #expect(messages.messages.allSatisfy { $0.flowRecords > 0 }) }
                let first = messages.octets[8..<12].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                #expect((first == 0) == (part == 0))
            }
        }
        #expect(tester.statistics.flowRecords == 2700 && tester.statistics.templatesRedefined == 0)
        #expect(tester.statistics.setsWithoutTemplate == 0 && tester.statistics.faults.isEmpty)
        #expect(tester.statistics.sequenceGaps == 0)
    }

    @Test("interfaces have their report's number, the others a free one, and are told before the first flow")
    func interfaces() {
        var encoder = Self.encoder(.datagram)
        let flows = ExportFlows.batch(count: 300, seed: 8)
        var account = ExportFlows.account()
        // A second interface of the same number, of another namespace, and one that wants a number that is taken by now.
        account.report.interfaces.append(AgentReport.Interface(index: 40, name: "other", kind: "veth"))
        var tester = Self.late(encoder.encode(flows, account: account, atMilliseconds: Self.start))
        let read = tester.flows()
        #expect(Set(read.names) == ["", "10.9.0.1", "veth1", "br0", "täp ☂"])
        let numbers = encoder.encode(flows, account: account, atMilliseconds: Self.start)
        // Without having heard the names, the numbers are read.
        var deaf = ExportTester()
        encoder.beginSession()
        let all = encoder.encode(flows, account: account, atMilliseconds: Self.start)
        let name = Array("veth1".utf8)
        for message in all.messages {
            let octets = Array(all.octets[message.place])
            let tells = octets.indices.dropLast(4).contains { Array(octets[$0..<$0 + 5]) == name }
            if !tells { deaf.send(octets) }
        }
        #expect(Set(deaf.flows().names) == ["", "10.9.0.1", "40", "41", "2"])
        #expect(numbers.messages.allSatisfy { $0.flowRecords > 0 })

        // One that appears later is told at once, and only that one.
        account.report.interfaces.append(AgentReport.Interface(index: 1, name: "tap9", kind: "tap"))
        let new = encoder.encode(account: account, atMilliseconds: Self.start)
        #expect(new.messages.count == 1 && Self.late(new).statistics.setsWithoutTemplate == 1)
        #expect(encoder.encode(account: account, atMilliseconds: Self.start).isEmpty)
    }

    @Test("over UDP names and sampling come again after their own time, which is longer")
    func namesAgain() {
        var encoder = Self.encoder(.datagram)
        func tells(at milliseconds: Int64) -> Bool {
            let octets = encoder.encode(account: ExportFlows.account(sampling: 2), atMilliseconds: Self.start + milliseconds).octets
            let name = Array("veth1".utf8)
            return octets.indices.dropLast(4).contains { Array(octets[$0..<$0 + 5]) == name }
        }
        #expect([0, 60_000, 599_999, 600_000, 660_000, 1_200_000].map { tells(at: $0) } == [true, false, false, true, false, true])
    }

    @Test("a number that the kernel gives again is the new name's; what is gone is forgotten in the end")
    func renamed() {
        var numbers = InterfaceNumbers()
        func take(_ interfaces: [(UInt32, String)], _ names: [String] = []) -> [UInt32] {
            var (report, flows) = (AgentReport(), FlowBatch())
            report.interfaces = interfaces.map { AgentReport.Interface(index: $0.0, name: $0.1, kind: "veth") }
            for name in names {
                var flow = FlowRecord()
                flow.interface = flows.index(ofName: name)
                flows.append(flow)
            }
            return numbers.take(report, flows, rows: 0..<flows.count)
        }
        #expect(take([(5, "veth0"), (6, "eth1")], ["eth1", "veth0", "file"]) == [6, 5, 1])
        #expect(numbers.takeNew().map(\.name) == ["veth0", "eth1", "file"])
        #expect(take([(5, "net0"), (6, "eth1"), (6, "other")], ["net0", "eth1", "other", "file"]) == [5, 6, 2, 1])
        #expect(numbers.takeNew().map { "\($0.number) \($0.name)" } == ["5 net0", "2 other"])
        // Late flows of the one that is gone have another number.
        #expect(take([(5, "net0"), (6, "eth1")], ["veth0"]) == [3])
        #expect(numbers.takeNew().map(\.name) == ["veth0"])
        for number in 0..<3 * InterfaceNumbers.limit {
            #expect(take([(6, "eth1")], ["tap\(number)"]) != [0])
            #expect(numbers.count <= InterfaceNumbers.limit)
        }
        #expect(numbers.number(of: "eth1", agent: "") == 6 && numbers.number(of: "net0", agent: "") == nil)
        let many = (1...UInt32(InterfaceNumbers.limit + 10)).map { ($0 + 10, "new\($0)") }
        #expect(take(many, ["new1", "late"]) == [11, 0] && numbers.count == InterfaceNumbers.limit)
    }

    @Test("sampling of all is told in options, that of a row in its record")
    func sampling() {
        var encoder = Self.encoder(.datagram)
        var flows = Self.udp(1)
        flows.append(Self.udp(2)[0])
        flows.samplingInterval = [100, 7]
        var tester = Self.late(encoder.encode(flows, account: ExportFlows.account(sampling: 100), atMilliseconds: Self.start))
        let read = tester.flows()
        #expect(Dictionary(zip(read.flowId, read.samplingInterval)) { $1 } == [1: 100, 2: 7])
        // A change is told at once.
        flows.samplingInterval = [50, 7]
        let changed = encoder.encode(flows, account: ExportFlows.account(sampling: 50), atMilliseconds: Self.start)
        for message in changed.messages { tester.send(Array(changed.octets[message.place])) }
        let after = tester.flows()
        #expect(Dictionary(zip(after.flowId, after.samplingInterval)) { $1 } == [1: 50, 2: 7])
    }

    @Test("the exporter tells what it sent and what not, and what was not metered")
    func statistics() {
        var encoder = Self.encoder(.datagram)
        let first = encoder.encode(ExportFlows.batch(count: 100, seed: 9), account: ExportFlows.account(), atMilliseconds: Self.start)
        encoder.totals.notSentFlows = 9
        encoder.totals.notSentPackets = 90
        encoder.totals.notSentOctets = 900
        let second = encoder.encode(account: ExportFlows.account(), atMilliseconds: Self.start + 60_000)
        let reported = Self.late(second).statistics.reported
        #expect(reported.exportedMessages == UInt64(first.messages.count) && reported.exportedFlowRecords == 100)
        #expect(reported.exportedOctets == UInt64(first.octets.count))
        #expect(reported.notSentFlows == 9 && reported.notSentPackets == 90 && reported.notSentOctets == 900)
        // 5 that could not be read, 7 + 8 dropped by the kernel; the 30 that are no IP are none.
        #expect(reported.ignoredPackets == 20)
    }

    @Test("packets passed over by sampling and frames without an IP packet are none that were ignored")
    func ignored() {
        var account = ExporterAccount()
        account.report.notMetered = [
            "sampled-out": 1, "not-ip": 2, "truncated-link": 4, "truncated-vlan": 8, "tunnels-too-deep": 16, "bad-ip-version": 32,
            "truncated-ipv4": 64, "truncated-tcp": 128, "bad-ipv4-total-length": 256, "too-many-extension-headers": 512, "new": 1024,
        ]
        #expect(account.ignoredPackets == 64 + 128 + 256 + 512 + 1024)
        account.report.notMetered["truncated-ipv6"] = .max
        #expect(account.ignoredPackets == .max)
    }

    @Test("a clock that is set back puts off neither names nor statistics")
    func setBack() {
        func tells(_ messages: ExportedMessages, _ text: String) -> Bool {
            let (octets, text) = (messages.octets, Array(text.utf8))
            return octets.indices.dropLast(text.count - 1).contains { Array(octets[$0..<$0 + text.count]) == text }
        }
        let account = ExportFlows.account()
        var datagrams = Self.encoder(.datagram)
        #expect(tells(datagrams.encode(account: account, atMilliseconds: Self.start), "veth1"))
        #expect(tells(datagrams.encode(account: account, atMilliseconds: Self.start - 3_600_000), "veth1"))
        #expect(!tells(datagrams.encode(account: account, atMilliseconds: Self.start - 3_540_000), "veth1"))
        #expect(tells(datagrams.encode(account: account, atMilliseconds: Self.start - 3_000_000), "veth1"))
        var stream = Self.encoder(.stream)
        #expect(!stream.encode(account: account, atMilliseconds: Self.start).isEmpty)
        #expect(!stream.encode(account: account, atMilliseconds: Self.start - 3_600_000).isEmpty)
        #expect(stream.encode(account: account, atMilliseconds: Self.start - 3_599_000).isEmpty)
    }

    @Test("an agent that samples in another way from now on tells how, and its template before")
    func randomSampling() {
        var encoder = Self.encoder(.stream)
        var account = ExportFlows.account(sampling: 100)
        var tester = ExportTester()
        tester.transport = .stream
        func send(_ messages: ExportedMessages) { for message in messages.messages { tester.send(Array(messages.octets[message.place])) } }
        send(encoder.encode(account: account, atMilliseconds: Self.start))
        let templates = tester.statistics.optionsTemplateRecords
        (account.samplingInterval, account.isRandomSampling) = (50, true)
        var flows = Self.udp(1)
        flows.samplingInterval = [50]
        send(encoder.encode(flows, account: account, atMilliseconds: Self.start))
        #expect(tester.statistics.optionsTemplateRecords == templates + 1 && tester.statistics.setsWithoutTemplate == 0)
        #expect(tester.statistics.faults.isEmpty && tester.flows().samplingInterval == [50])
        send(encoder.encode(account: account, atMilliseconds: Self.start))
        account.isRandomSampling = false
        send(encoder.encode(account: account, atMilliseconds: Self.start))
        #expect(tester.statistics.optionsTemplateRecords == templates + 2 && tester.statistics.setsWithoutTemplate == 0)
    }

    @Test("interfaces of one name of several agents have numbers of their own, and names with their agent", arguments: ExportSettings.Format.allCases)
    func agents(format: ExportSettings.Format) {
        var encoder = Self.encoder(.datagram) { $0.format = format }
        var flows = FlowBatch()
        flows.names = ["", "eth0", "alpha", "beta"]
        func add(_ id: UInt64, _ agent: UInt32) {
            var flow = Self.udp(id)[0]
            (flow.agent, flow.interface, flow.direction) = (agent, 1, .ingress)
            flows.append(flow)
        }
        add(1, 2)
        var tester = ExportTester()
        func send() {
            let messages = encoder.encode(flows, account: ExporterAccount(), atMilliseconds: Self.start)
            for message in messages.messages { tester.send(Array(messages.octets[message.place])) }
        }
        send()
        let alone = tester.flows()
        #expect(alone.name(alone.interface[0]) == "eth0")
        // The first one has another name from now on.
        for (id, agent) in [(2, 3), (3, 2), (4, 0), (5, 3)] { add(UInt64(id), UInt32(agent)) }
        send()
        let read = tester.flows()
        let names = Dictionary(zip(read.flowId, read.interface.map { read.name($0) })) { $1 }
        #expect(names == [1: "alpha/eth0", 2: "beta/eth0", 3: "alpha/eth0", 4: "eth0", 5: "beta/eth0"])
    }

    @Test("every element of ours that a record can have is declared, with its name and type")
    func declared() throws {
        var encoder = Self.encoder(.stream) { $0.enterpriseNumber = 64_000 }
        let messages = encoder.encode(ExportFlows.batch(count: 2000, seed: 10), account: ExportFlows.account(), atMilliseconds: Self.start)
        var tester = ExportTester()
        for message in messages.messages { tester.send(Array(messages.octets[message.place])) }
        var own = 0
        for record in FieldWalker.fields(messages) where record.enterprise == 64_000 {
            own += 1
            let element = try #require(InformationElement.own.first { $0.number == record.number })
            let declared = try #require(tester.decoder.registry[ElementID(enterprise: 64_000, record.number)], "\(element.name)")
            #expect(declared.name == element.name)
        }
        #expect(own > 20)
    }
}

/// The field specifiers of all templates in messages, by a small reading of its own.
enum FieldWalker {
    static func fields(_ messages: ExportedMessages) -> [(enterprise: UInt32?, number: UInt16)] {
        var fields: [(UInt32?, UInt16)] = []
        let octets = messages.octets
        func big(_ place: Int, _ length: Int) -> UInt32 { octets[place..<place + length].reduce(0) { $0 << 8 | UInt32($1) } }
        for message in messages.messages {
            var place = message.place.lowerBound + 16
            while place < message.place.upperBound {
                let (id, end) = (big(place, 2), place + Int(big(place + 2, 2)))
                var content = place + 4
                while id < 4 && content < end {
                    let count = big(content + 2, 2)
                    content += id == 2 ? 4 : 6
                    for _ in 0..<count {
                        let isEnterprise = octets[content] & 0x80 != 0
                        fields.append((isEnterprise ? big(content + 4, 4) : nil, UInt16(big(content, 2) & 0x7FFF)))
                        content += isEnterprise ? 8 : 4
                    }
                }
                place = end
            }
        }
        return fields
    }
}
