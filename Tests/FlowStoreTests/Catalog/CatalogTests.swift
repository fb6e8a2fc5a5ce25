import FlowModel
import FlowQuery
import Foundation
import TestSupport
import Testing

@testable import FlowStore

@Suite("Catalog")
struct CatalogTests {
    func report(_ agent: String, epoch: UInt64 = 1, export: Int64, captured: UInt64 = 0, dropped: UInt64 = 0) -> AgentReport {
        var report = AgentReport()
        report.agent = agent
        report.epoch = epoch
        report.exportMilliseconds = export
        report.captured = captured
        report.metered = captured / 2
        report.witnessed = captured - captured / 2
        report.interfaces = [
            AgentReport.Interface(index: 3, name: "veth0", kind: "veth", vni: 5001, captured: captured, dropped: dropped),
            AgentReport.Interface(index: 4, name: "br0", kind: "bridge"),
        ]
        report.notMetered = ["not-ip": 3, "truncated-ipv4": .max - 5]
        return report
    }

    @Test("an agent is kept as it last reported, over a restart")
    func agents() throws {
        let test = try TestStore()
        var first = report("b", epoch: .max, export: 5000, captured: 10)
        first.isGoodbye = true
        try test.folder.catalog.note(report: first, sequence: 1, receivedMilliseconds: 5001, records: 7)
        try test.folder.catalog.note(report: report("a", export: 1000), sequence: nil, receivedMilliseconds: 1001)
        try test.folder.catalog.note(report: report("a", export: 2000), sequence: nil, receivedMilliseconds: 2001)
        test.folder.close()
        let again = try DataFolder.openForWriting(test.path)
        let agents = try again.catalog.agents()
        #expect(agents.map(\.report.agent) == ["a", "b"])
        #expect(agents[1].report == first)
        #expect(agents[1].lastSequence == 1)
        #expect(agents[1].records == 7)
        #expect(agents[0].firstSeenMilliseconds == 1001)
        #expect(agents[0].lastSeenMilliseconds == 2001)
        #expect(agents[0].lastSequence == nil)
        #expect(agents[0].report == report("a", export: 2000))
    }

    @Test("a clock that was ahead freezes an agent for a minute, not until that date, and older reports undo nothing meanwhile")
    func clockAhead() throws {
        let test = try TestStore()
        let year: Int64 = 31_536_000_000
        func note(_ export: Int64, at now: Int64, captured: UInt64, goodbye: Bool = false) throws -> AgentReport? {
            var report = report("a", export: export, captured: captured)
            report.isGoodbye = goodbye
            try test.folder.catalog.note(report: report, sequence: nil, receivedMilliseconds: now, records: 1)
            return try test.folder.catalog.agents().first?.report
        }
        _ = try note(hour14 + year, at: hour14, captured: 10)
        #expect(try note(hour14 + 20_000, at: hour14 + 20_000, captured: 11)?.captured == 10)
        #expect(try note(hour14 + 60_000, at: hour14 + 60_000, captured: 12)?.captured == 10)
        #expect(try note(hour14 + 61_000, at: hour14 + 61_000, captured: 13)?.captured == 13)
        // What was overtaken by that is old again.
        #expect(try note(hour14 + 30_000, at: hour14 + 62_000, captured: 12)?.captured == 13)
        #expect(try note(hour14 + 63_000, at: hour14 + 63_000, captured: 14, goodbye: true)?.isGoodbye == true)
        // Each packet is in the account once.
        let account = try test.folder.catalog.account(.always).first { $0.agent == "a" }
        #expect(account?.captured == 14 && account?.records == 6)
    }

    @Test("holes in the sequence are counted until they are filled, over epochs")
    func holes() throws {
        let test = try TestStore()
        let catalog = test.folder.catalog
        func note(_ sequence: UInt64, epoch: UInt64 = 1) throws {
            try catalog.note(
                report: report("a", epoch: epoch, export: Int64(epoch * 1_000_000 + sequence)), sequence: sequence,
                receivedMilliseconds: 1)
        }
        for sequence in [1, 2, 5, 9] as [UInt64] { try note(sequence) }
        #expect(try catalog.agents().first?.missingSequences == 5)
        #expect(try catalog.agents().first?.lastSequence == 9)
        try note(4)
        #expect(try catalog.agents().first?.missingSequences == 4)
        #expect(try catalog.agents().first?.lastSequence == 9)
        try note(3, epoch: 2)
        #expect(try catalog.agents().first?.missingSequences == 6)
        #expect(try catalog.agents().first?.lastSequence == 3)
        // A spooled batch of the old epoch.
        try note(3)
        #expect(try catalog.agents().first?.missingSequences == 5)
        #expect(try catalog.agents().first?.report.epoch == 2)
        // Old epochs are let go of; their holes stay counted.
        for epoch in 3...40 as ClosedRange<UInt64> { try note(1, epoch: epoch) }
        #expect(try catalog.agents().first?.missingSequences == 5)
        #expect(try catalog.agents().first?.report.epoch == 40)
    }

    @Test("a source that leaves out every other sequence is kept in bounds, with its holes counted")
    func manyRuns() throws {
        let test = try TestStore()
        let catalog = test.folder.catalog
        for index in 0..<1_100 {
            try catalog.note(
                report: report("a", export: Int64(index)), sequence: UInt64(2 * index + 1), receivedMilliseconds: 1)
        }
        #expect(try catalog.agents().first?.missingSequences == 1_099)
        let runs = try catalog.run { try $0.integer("SELECT count(*) FROM agent_batch") }
        #expect(runs == 1_024)
        // Nor does one that explains every other hole of a long past.
        for index in 1...3 as ClosedRange<UInt64> {
            var missing: [ClosedRange<UInt64>] = []
            for place in 0..<2_000 as Range<UInt64> {
                let sequence = 10_000 * index + 3 * place
                missing.append(sequence...sequence)
            }
            try catalog.note(
                report: report("a", export: 2000), sequence: 99_999 + index, receivedMilliseconds: 1, missing: missing)
        }
        let state = try #require(try catalog.agents().first)
        #expect(try catalog.run { try $0.integer("SELECT count(*) FROM agent_batch") } == 1_024)
        // Of 100,002 sequences 1,100 came, three more, and 1,024 were explained with each of the three.
        #expect(state.missingSequences == 100_002 - 1_103 - 3 * 1_024)
    }

    @Test("sequences near the end of their range miss as many as can be counted, over a restart")
    func hugeHoles() throws {
        let test = try TestStore()
        for epoch in 1...3 as ClosedRange<UInt64> {
            try test.folder.catalog.note(
                report: report("a", epoch: epoch, export: Int64(epoch)), sequence: UInt64(Int64.max) - 2,
                receivedMilliseconds: 1)
        }
        #expect(try test.folder.catalog.agents().first?.missingSequences == .max)
        // Epochs that were let go of are added in the database.
        for epoch in 4...40 as ClosedRange<UInt64> {
            try test.folder.catalog.note(
                report: report("a", epoch: epoch, export: Int64(epoch)), sequence: UInt64(Int64.max) - 2,
                receivedMilliseconds: 1)
        }
        test.folder.close()
        #expect(try DataFolder.openForWriting(test.path).catalog.agents().first?.missingSequences == .max)
    }

    @Test("the account adds up exactly over the minutes between reports")
    func account() throws {
        let test = try TestStore()
        let catalog = test.folder.catalog
        let minute: Int64 = 60_000
        func note(_ time: Int64, _ captured: UInt64, _ dropped: UInt64, epoch: UInt64 = 1, records: Int = 0) throws {
            try catalog.note(
                report: report("a", epoch: epoch, export: hour14 + time, captured: captured, dropped: dropped),
                sequence: nil, receivedMilliseconds: hour14 + time, records: records)
        }
        try note(0, 100, 0, records: 5)
        try note(10 * minute, 1103, 7, records: 20)
        // Overtaken by the one before: nothing to add but its records.
        try note(5 * minute, 600, 1, records: 3)
        try note(11 * minute, 1103, 7)
        // The agent began anew.
        try note(12 * minute, 50, 0, epoch: 2)
        let whole = try #require(try catalog.account(.always).first)
        #expect(whole.captured == 1153)
        #expect(whole.dropped == 7)
        #expect(whole.records == 28)
        let first = TimeRange(since: hour14, until: hour14 + 6 * minute)
        let second = TimeRange(since: hour14 + 6 * minute, until: hour14 + 60 * minute)
        let parts = try [first, second].flatMap { try catalog.account($0) }
        #expect(parts.map(\.captured).reduce(0, +) == 1153)
        #expect(parts.map(\.dropped).reduce(0, +) == 7)
        #expect(parts.allSatisfy { $0.captured > 0 && $0.dropped > 0 })
        #expect(try catalog.account(TimeRange(until: hour14)) == [])

        let completeness = try catalog.completeness(.always)
        #expect(completeness.stages.map(\.stage) == ["kernel-ring", "eviction"])
        #expect(completeness.stages.first?.kept == 1153)
        #expect(completeness.stages.first?.offered == 1160)
        #expect(completeness.reasons == ["agent a: the kernel dropped 7 of 1160 packets"])
        #expect(try catalog.completeness(TimeRange(until: hour14)).value == nil)
    }

    @Test("counters at the end of their range, of several agents, end no answer")
    func hugeCounters() throws {
        let test = try TestStore()
        for name in ["a", "b", "c"] {
            var huge = report(name, export: hour14, captured: .max, dropped: 10)
            huge.evicted = .max
            try test.folder.catalog.note(
                report: huge, sequence: 1, receivedMilliseconds: hour14, records: .max)
        }
        let answer = try test.store.query(FlowRequest(kind: .flows(fields: nil, limit: 5, cursor: nil)))
        let ring = try #require(answer.completeness.stages.first)
        #expect(ring.stage == "kernel-ring")
        #expect(ring.offered == .max)
        #expect(answer.completeness.reasons.filter { $0.contains("the kernel dropped 10 of ") }.count == 3)
    }

    @Test("the account keeps its bound without counting all of its rows for every batch")
    func accountBound() throws {
        let test = try TestStore()
        let catalog = test.folder.catalog
        try catalog.connected { $0.account.limit = 1000 }
        func rows() throws -> Int64 { try catalog.run { try $0.integer("SELECT count(*) FROM account") } }
        func fill(_ count: Int, from minute: Int64) throws {
            try catalog.write { database in
                try database.execute(
                    """
                    INSERT INTO account SELECT \(minute) + value, 'x', 1, 0, 0, 0, 0
                        FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n LIMIT \(count))
                            SELECT value FROM n)
                    """)
            }
        }
        func note(_ index: Int64) throws {
            try catalog.note(
                report: report("a", export: hour14 + 60_000 * index), sequence: nil, receivedMilliseconds: 1, records: 1)
        }
        // The first batch after opening finds what the last run left.
        try fill(1500, from: 0)
        try note(0)
        #expect(try rows() == 1400)
        // Nothing is counted for the next rows, a hundredth of the bound: each of these reports touches two minutes.
        try fill(1500, from: 10_000)
        for index in 1...4 as ClosedRange<Int64> { try note(index) }
        #expect(try rows() == 2904)
        try note(5)
        #expect(try rows() == 2804)
        for index in 6...500 as ClosedRange<Int64> { try note(index) }
        #expect(try rows() <= 1010)
        // The oldest are gone, and none of the newest.
        #expect(try catalog.account(.always).first { $0.agent == "a" }?.records == 501)
    }

    @Test("a batch that was stored but not noted is noted by its repeat, once; holes that the agent explains are none")
    func repeats() throws {
        let test = try TestStore()
        let catalog = test.folder.catalog
        func note(
            _ sequence: UInt64?, records: Int, isRepeat: Bool = false, missing: [ClosedRange<UInt64>] = []
        ) throws -> AgentState? {
            try catalog.note(
                report: report("a", export: hour14), sequence: sequence, receivedMilliseconds: hour14, records: records,
                isRepeat: isRepeat, missing: missing)
            return try catalog.agents().first
        }
        _ = try note(1, records: 10)
        // Of sequence 2 the note was lost with the process.
        var state = try note(3, records: 30)
        #expect(state?.missingSequences == 1 && state?.records == 40)
        state = try note(2, records: 20, isRepeat: true)
        #expect(state?.missingSequences == 0 && state?.records == 60)
        for sequence in [1, 2, 3] as [UInt64] { state = try note(sequence, records: 99, isRepeat: true) }
        state = try note(nil, records: 99, isRepeat: true)
        #expect(state?.records == 60)
        #expect(try catalog.account(.always).first?.records == 60)

        // 4 … 9 and 12 will never come; 10 is on its way; what is said of later ones is not believed.
        state = try note(13, records: 1, missing: [4...9, 12...12, 13...100])
        #expect(state?.missingSequences == 2)
        state = try note(102, records: 1, missing: [0...9, 8...11, 14...40, 30...101, 0...0])
        #expect(state?.missingSequences == 0)
        let runs = try catalog.run { try $0.integer("SELECT count(*) FROM agent_batch WHERE first = 1 AND last = 102") }
        #expect(runs == 1)
        state = try note(105, records: 1, missing: [.max ... .max, 50 ... .max])
        #expect(state?.missingSequences == 0)
        #expect(state?.lastSequence == 105)
        // One that was given up and comes after all is new to the store: it counts.
        state = try note(5, records: 7)
        #expect(state?.records == 70)
    }

    @Test("evictions are a part of the records of their minutes")
    func eviction() throws {
        let test = try TestStore()
        var evicting = report("a", export: hour14)
        evicting.evicted = 25
        try test.folder.catalog.note(report: evicting, sequence: 1, receivedMilliseconds: hour14, records: 100)
        let completeness = try test.folder.catalog.completeness(.always)
        #expect(completeness.value == 0.75)
        #expect(completeness.reasons == ["agent a: 25 flows left a full cache before their time"])
    }

    @Test("an answer carries the account of the asked time, and none where there is none")
    func answers() throws {
        let test = try TestStore()
        var flows = RandomFlows(seed: 1, ends: hour14..<(hour14 + 1))
        try test.append(flows.ordinary(3))
        try test.folder.catalog.note(
            report: report("a", export: hour14, captured: 90, dropped: 10), sequence: 1, receivedMilliseconds: hour14)
        let kind = FlowRequest.Kind.flows(fields: nil, limit: 5, cursor: nil)
        let inside = try test.store.query(FlowRequest(range: TimeRange(since: hour14), kind: kind))
        #expect(inside.completeness.value == 0.9)
        let outside = try test.store.query(FlowRequest(range: TimeRange(since: hour14 + hour), kind: kind))
        #expect(outside.completeness.value == nil)
    }

    func alert(_ id: String, first: Int64, last: Int64, state: Alert.State = .open) -> Alert {
        var alert = Alert(id: id, rule: "D1", name: "horizontal-scan", scope: "10.0.1.11 tcp/445", severity: .high)
        alert.state = state
        alert.source = IPAddress(ipv4: 0x0A00_010B)
        alert.destination = IPAddress("fd00::1")
        alert.destinationPort = 445
        alert.protocolIdentifier = 6
        alert.tenant = Tenant(.virtualNetwork, 5001)
        alert.agent = "a"
        alert.observed = 12
        alert.threshold = 8
        alert.windowSeconds = 300
        alert.baseline = 0.1
        alert.firstSeenMilliseconds = first
        alert.lastSeenMilliseconds = last
        alert.openedMilliseconds = first
        alert.closedMilliseconds = state == .closed ? last : nil
        alert.count = .max
        alert.summary = "10.0.1.11 failed to reach 12 hosts on tcp 445 in 5 min (limit 8)"
        alert.techniques = "T1046"
        alert.filter = "src 10.0.1.11 and dst port 445"
        alert.filterSinceMilliseconds = first - 300_000
        alert.filterUntilMilliseconds = last
        alert.samples = (0..<3).map { index in
            Alert.Sample(
                endMilliseconds: last - Int64(index), protocolIdentifier: 6, source: IPAddress(ipv4: 0x0A00_010B),
                destination: IPAddress(ipv4: 0x0A00_0200 + UInt32(index)), sourcePort: 40_000, destinationPort: 445,
                state: .rej, agent: "a", flowId: .max - UInt64(index))
        }
        alert.completeness = 0.99
        alert.isApproximate = true
        return alert
    }

    @Test("which alerts were not told is kept over a restart, also in a catalogue that was made without it")
    func untold() throws {
        let test = try TestStore()
        try test.folder.catalog.run { try $0.execute("DROP TABLE alert_untold") }
        test.folder.close()
        let folder = try DataFolder.openForWriting(test.path, configuration: TestStore.configuration(test.clock))
        let alerts = [alert("1", first: 1, last: 2), alert("2", first: 1, last: 2), alert("3", first: 1, last: 2)]
        try folder.catalog.save(alerts: alerts, untold: ["1", "3"])
        try folder.catalog.noteTold(alerts: ["3", "4"])
        folder.close()
        let catalog = try DataFolder.openForReading(test.path).catalog
        #expect(try catalog.untoldAlerts() == ["1"])
        #expect(try catalog.alerts().count == 3)
    }

    @Test("an alert comes back as it was saved, over a restart; saving it again replaces it")
    func alerts() throws {
        let test = try TestStore()
        let bare = Alert(id: "0", rule: "D20", name: "agent-silence", scope: "b", severity: .medium)
        try test.folder.catalog.save(alerts: [bare])
        try test.folder.catalog.save(alerts: [alert("1", first: 1000, last: 2000)])
        var folded = alert("1", first: 1000, last: 3000)
        folded.samples.removeLast()
        folded.summary = "später"
        try test.folder.catalog.save(alerts: [folded])
        try test.folder.catalog.save(alerts: [alert("2", first: 500, last: 700, state: .closed)])
        test.folder.close()
        let catalog = try DataFolder.openForReading(test.path).catalog
        #expect(try catalog.alerts() == [folded, alert("2", first: 500, last: 700, state: .closed), bare])
        #expect(try catalog.alerts(state: .closed).map(\.id) == ["2"])
        // What is open now is of every span that reaches to now, however long ago it was seen last.
        #expect(try catalog.alerts(since: 701).map(\.id) == ["1", "0"])
        #expect(try catalog.alerts(since: 700).map(\.id) == ["1", "2", "0"])
        #expect(try catalog.alerts(since: 5000, until: 6000).map(\.id) == ["1", "0"])
        #expect(try catalog.alerts(until: 1000).map(\.id) == ["2", "0"])
        #expect(try catalog.alerts(limit: 1).map(\.id) == ["1"])
    }

    @Test("a name with a NUL or a quote in it is an ordinary name")
    func oddNames() throws {
        let test = try TestStore()
        for name in ["a\0b", "a", "o'neill; DROP TABLE agent"] {
            try test.folder.catalog.note(report: report(name, export: 1), sequence: 1, receivedMilliseconds: 1)
        }
        let agents = try test.folder.catalog.agents()
        #expect(Set(agents.map(\.report.agent)) == ["a\0b", "a", "o'neill; DROP TABLE agent"])
        #expect(agents.allSatisfy { $0.report.interfaces.count == 2 })
    }

    @Test("an imported file is known by its content")
    func imports() throws {
        let test = try TestStore()
        let file = ImportedFile(sha256: "ab", name: "x.pcap", bytes: 10, records: 3, importedMilliseconds: hour14)
        #expect(try test.folder.catalog.imported(sha256: "ab") == nil)
        try test.folder.catalog.recordImport(file)
        #expect(try test.folder.catalog.imported(sha256: "ab") == file)
        #expect(try test.folder.catalog.imported(sha256: "cd") == nil)
    }

    @Test("a reader opens the catalogue while another connection writes it")
    func readerBesideWriter() throws {
        let test = try TestStore()
        try test.folder.catalog.save(alerts: [alert("1", first: 1, last: 2)])
        let reader = try DataFolder.openForReading(test.path).catalog
        try test.folder.catalog.write { database in
            try database.execute("DELETE FROM alert")
            #expect(try reader.alerts().count == 1)
        }
        #expect(try reader.alerts().isEmpty)
    }

    @Test("a damaged catalogue says what to do")
    func damaged() throws {
        let test = try TestStore()
        test.folder.close()
        try overwrite(test.path + "/catalog.sqlite", with: [UInt8](repeating: 0x5A, count: 8192))
        let error = #expect(throws: StoreError.self) { try DataFolder.openForWriting(test.path) }
        #expect(error?.code == .damaged)
        #expect(error?.description.contains("move it away") == true)
        #expect(error?.description.contains("catalog.sqlite-wal") == true)
    }

    @Test("a new catalogue in the place of one that was moved away does not take over its log")
    func oldLog() throws {
        let test = try TestStore()
        for index in 0..<50 { try test.folder.catalog.save(alerts: [alert("\(index)", first: 1, last: 2)]) }
        // As a kill leaves the folder: the log is still there.
        let copy = test.scratch.path("copy")
        try FileManager.default.copyItem(atPath: test.path, toPath: copy)
        #expect(FileManager.default.fileExists(atPath: copy + "/catalog.sqlite-wal"))
        try FileManager.default.moveItem(atPath: copy + "/catalog.sqlite", toPath: copy + "/away")
        let catalog = try DataFolder.openForWriting(copy).catalog
        #expect(try catalog.alerts().isEmpty)
        let check = try catalog.run { database in
            let select = try database.prepare("PRAGMA integrity_check")
            return try select.step() ? select.text(0) : ""
        }
        #expect(check == "ok")
        try catalog.save(alerts: [alert("new", first: 1, last: 2)])
        #expect(try catalog.alerts().map(\.id) == ["new"])
    }
}

private func overwrite(_ path: String, with octets: [UInt8]) throws {
    try Data(octets).write(to: URL(fileURLWithPath: path))
}
