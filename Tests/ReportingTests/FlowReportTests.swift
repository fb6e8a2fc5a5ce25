import FlowModel
import FlowQuery
import Testing

@testable import Reporting

@Suite struct FlowReportTests {
    @Test("every request of a report is one that a store takes", arguments: FlowReport.Part.allCases)
    func sound(part: FlowReport.Part) throws {
        #expect(FlowReport.request(part, of: try Sample.question(filter: "proto tcp")).faults.isEmpty)
    }

    @Test("requests carry the range and the filter") func carried() throws {
        let question = try Sample.question(filter: "dst port 445")
        for part in FlowReport.Part.allCases {
            let request = FlowReport.request(part, of: question)
            #expect(request.filter.text == "dst port 445")
            #expect(request.range == TimeRange(since: Sample.since, until: Sample.until))
            #expect(!request.includeWitnesses && !request.overlap)
        }
    }

    @Test("a report holds what a sum over the records says") func sums() throws {
        let records = Sample.records()
        let report = try Sample.report(records: records)
        #expect(report.totals.records == 600)
        #expect(report.totals.flows == UInt64(records.count { $0.part == 0 }))
        #expect(report.totals.bytes == records.reduce(0) { $0 + $1.octetDeltaCount })
        #expect(report.totals.revPackets == records.reduce(0) { $0 + $1.reversePacketDeltaCount })
        #expect(report.series.reduce(0) { $0 + $1.measures.totalBytes } == report.totals.totalBytes)
        #expect(Set(report.series.map(\.proto)) == ["tcp", "udp", "icmp", "ipv6-icmp"])

        var bySource: [IPAddress: UInt64] = [:]
        for record in records { bySource[record.sourceAddress, default: 0] += record.octetDeltaCount + record.reverseOctetDeltaCount }
        let largest = try #require(bySource.max { $0.value < $1.value })
        #expect(report.sources.count == bySource.count)
        #expect(report.sources.first?.key == [.address(largest.key)])
        #expect(report.sources.first?.measures.totalBytes == largest.value)
        #expect(report.edges.count == 20)
        #expect(report.edges.first?.key.count == 4)
        let totals = report.edges.map(\.measures.totalBytes)
        #expect(totals == totals.sorted(by: >))
        #expect(report.services.contains { $0.key == [.integer(445), .text("tcp")] })
        #expect(report.completeness == Sample.completeness())
    }

    @Test("protocols past the sixth are one rest") func rest() throws {
        var records = Sample.records(40)
        for index in records.indices { records[index].protocolIdentifier = UInt8(index % 10 + 100) }
        let report = try Sample.report(records: records)
        #expect(Set(report.series.map(\.proto)).count == 7)
        #expect(report.series.contains { $0.proto == "other" })
        let chart = try #require(TrafficChart(report))
        #expect(chart.names.count == 7 && chart.names.last == "other")
        #expect(chart.totals.reduce(0, +) == report.totals.totalBytes)
    }

    @Test("an interval cuts the range into at most 120, whatever is asked", arguments: [0, 1, 90_000, 7_200_000, 604_800_000, 9_000_000_000_000])
    func buckets(length: Int64) throws {
        var question = try Sample.question()
        question.range = TimeRange(since: 0, until: length)
        #expect(question.intervalMilliseconds > 0)
        #expect(length / question.intervalMilliseconds <= 120)
    }

    @Test("open ends of the range are those of the records held") func open() throws {
        var question = try Sample.question()
        question.range = .always
        question.held = 0...86_400_000
        #expect(question.intervalMilliseconds == 900_000)
        question.held = Int64.min...Int64.max
        #expect(question.intervalMilliseconds > 0)
    }

    @Test("a table with other columns than asked gives empty values, not a crash") func foreign() throws {
        let table = ResultTable(columns: [.init(name: "what", kind: .text)], rows: [[.text("x")], []])
        let answers = Dictionary(uniqueKeysWithValues: FlowReport.Part.allCases.map { ($0, QueryAnswer(table: table)) })
        let report = FlowReport(try Sample.question(), answers: answers)
        #expect(report.edges == [FlowReport.Line(key: [.absent, .absent, .absent, .absent], measures: .init()), .init(key: [.absent, .absent, .absent, .absent], measures: .init())])
        #expect(report.series.isEmpty)
        #expect(!HTMLReport(report).octets().isEmpty)
    }
}

@Suite struct FindingsTests {
    @Test("no agent capturing is never good, whatever the account says") func blind() {
        var report = FlowReport(generatedMilliseconds: 0)
        report.completeness = Completeness(stages: [.init(stage: "kernel-ring", unit: "packets", kept: 10, offered: 10)])
        report.agents = Sample.agents().map { agent in
            var agent = agent
            agent.state = .silent
            return agent
        }
        let findings = Findings(report)
        #expect(findings.level == .bad)
        #expect(findings.sentences.contains("No agent is capturing: an empty answer says nothing about the network."))
    }

    @Test("without an account the value is unknown, not whole") func unknown() {
        let findings = Findings(FlowReport(generatedMilliseconds: 0))
        #expect(findings.level == .unknown)
        #expect(findings.headline == "What was not seen is not known")
        #expect(findings.sentences.first == "There is no account for this span.")
        #expect(findings.sentences.contains("The store holds no records yet."))
    }

    @Test("levels by what was kept", arguments: [(1_000_000, "good"), (999_999, "fair"), (989_999, "bad")])
    func levels(kept: UInt64, level: String) {
        var report = FlowReport(generatedMilliseconds: 0)
        report.completeness = Completeness(stages: [.init(stage: "kernel-ring", unit: "packets", kept: kept, offered: 1_000_000)])
        #expect(Findings(report).level.rawValue == level)
    }

    @Test("a span beside the records held is told") func outside() {
        var report = FlowReport(generatedMilliseconds: 0, range: TimeRange(since: 5000, until: 6000))
        report.completeness = Completeness(oldestMilliseconds: 1000, newestMilliseconds: 2000)
        #expect(Findings(report).sentences.contains { $0.hasPrefix("The asked span lies after all records held.") })
        report.range = TimeRange(since: 0, until: 1000)
        #expect(Findings(report).sentences.contains { $0.hasPrefix("The asked span lies before all records held.") })
    }
}

@Suite struct ReadableTests {
    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (1234, "1.23 kB"), (9994, "9.99 kB"), (9996, "10.0 kB"), (99_960, "100 kB"),
        (999_499, "999 kB"), (999_500, "1.00 MB"), (UInt64.max, "18.4 EB"),
    ]) func bytes(value: UInt64, text: String) { #expect(Readable.bytes(value) == text) }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567"), (UInt64.max, "18,446,744,073,709,551,615")])
    func exact(value: UInt64, text: String) { #expect(Readable.exact(value) == text) }

    @Test("a share that is not whole never reads 100 %", arguments: [
        (1, "100 %"), (0.999_999_9, "99.99 %"), (0.98213, "98.21 %"), (0.5, "50.00 %"), (0.07, "7.00 %"), (0.000_001, "under 0.01 %"),
        (0, "0 %"), (.nan, "not a number"),
    ]) func percent(value: Double, text: String) { #expect(Readable.percent(value) == text) }

    @Test(arguments: [(0, "0 s"), (59, "59 s"), (300, "5 min"), (5400, "1 h 30 min"), (172_800, "2 d"), (90_061, "1 d 1 h"), (-4, "0 s")])
    func duration(seconds: Int64, text: String) { #expect(Readable.duration(seconds: seconds) == text) }

    @Test(arguments: [(8, "8"), (0.5, "0.50"), (-1.25, "-1.25"), (1e300, "1e+300"), (.infinity, "not a number")])
    func real(value: Double, text: String) { #expect(Readable.real(value) == text) }

    @Test("an axis over the turn of a year writes the year with each day") func years() throws {
        func labels(_ since: Int64, _ until: Int64) throws -> [String] {
            var question = try Sample.question()
            question.range = TimeRange(since: since, until: until)
            var record = FlowRecord()
            record.flowEndMilliseconds = since + 1000
            record.flowStartMilliseconds = since
            record.initialStartMilliseconds = since
            record.octetDeltaCount = 100
            record.protocolIdentifier = 6
            let report = FlowReport(question, answers: try Sample.answers(question, [record]), alerts: [], agents: [])
            var html = HTMLText()
            try #require(TrafficChart(report)).draw(in: &html)
            let text = String(decoding: html.octets, as: UTF8.self)
            return text.split(separator: "text-anchor=\"middle\">").dropFirst().map { String($0.prefix { $0 != "<" }) }
        }
        let day: Int64 = 86_400_000
        // 2025-06-01 to 2026-06-01, and 2026-06-01 to 2026-07-01.
        let years = try labels(1_748_736_000_000, 1_748_736_000_000 + 365 * day)
        #expect(years.count > 3)
        #expect(years.allSatisfy { $0.hasPrefix("2025-") || $0.hasPrefix("2026-") }, "\(years)")
        let month = try labels(1_780_272_000_000, 1_780_272_000_000 + 29 * day)
        #expect(month.count > 3)
        #expect(month.allSatisfy { $0.count == 5 && $0.hasPrefix("06-") }, "\(month)")
    }
}
