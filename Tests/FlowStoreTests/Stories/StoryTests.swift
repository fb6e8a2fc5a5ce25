import FlowModel
import FlowQuery
import Testing

@testable import FlowStore

/// Load, query, expect: `Tests/Stories` in plain text, each as it was loaded and once more with everything compacted.
@Suite("Stories")
struct StoryTests {
    @Test("every story comes true", arguments: StoryFile.all, [false, true])
    func story(_ file: StoryFile, isCompacted: Bool) throws {
        var teller = try StoryTeller(file)
        for step in file.steps { try teller.take(step, compact: isCompacted) }
        try teller.finish()
    }

    @Test("the stories are there, and they ask")
    func found() {
        #expect(StoryFile.all.count >= 12)
        let words: Set = ["query", "top", "series", "values"]
        for file in StoryFile.all { #expect(file.steps.contains { words.contains($0.word) }, "\(file.name)") }
    }

    /// A test that cannot fail says nothing.
    @Test("a story that is not true is found out, with its line")
    func untrue() throws {
        let file = try StoryFile(path: #require(StoryFile.all.first).path)
        var teller = try StoryTeller(file)
        var differences: [Int] = []
        teller.report = { line, _ in differences.append(line) }
        for step in file.steps.prefix(while: { $0.word != "expect" }) { try teller.take(step, compact: false) }
        let wrong = StoryFile.Step(word: "expect", rest: "", line: 70, table: [(["src"], 71), (["203.0.113.77"], 72)])
        try teller.take(wrong, compact: false)
        #expect(differences.first.map { (70...72).contains($0) } == true)
    }
}

/// Takes the steps of a story one after the other.
private struct StoryTeller {
    private let file: StoryFile
    private let test: TestStore
    private var wasCompacted = false
    private var shape: RequestParser.Shape?
    private var isValues = false
    private var parameters: [String: String] = [:]
    private var askedAt: Int?
    private var cursor: String?
    /// Tells of a difference.
    var report: (_ line: Int, _ text: String) -> Void

    init(_ file: StoryFile) throws {
        self.file = file
        test = try TestStore()
        report = { line, text in
            let place = SourceLocation(fileID: "Stories/\(file.name)", filePath: file.path, line: line, column: 1)
            Issue.record("\(text)", sourceLocation: place)
        }
    }

    mutating func take(_ step: StoryFile.Step, compact: Bool) throws {
        switch step.word {
        case "load":
            do {
                try test.append(StoryFlows.batch(step.table))
            } catch let fault as StoryFlows.Fault {
                report(fault.line == 0 ? step.line : fault.line, fault.description)
            }
            wasCompacted = false
        case "query", "top", "series", "values":
            try finish()
            if compact, !wasCompacted {
                try test.store.compact(everything: true)
                wasCompacted = true
            }
            (askedAt, cursor) = (step.line, nil)
            (shape, isValues) = (["top": .aggregate, "series": .series][step.word] ?? .flows, step.word == "values")
            parameters = isValues ? ["field": step.rest] : ["filter": step.rest]
        case "with":
            for word in step.rest.split(separator: " ") {
                let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                parameters[String(parts[0])] = parts.count == 2 ? String(parts[1]) : ""
            }
        case "canonical":
            let text = (try? FlowFilter(parameters["filter"] ?? ""))?.canonical
            if text != step.rest { report(step.line, "the canonical text is \(text ?? "none")") }
        case "expect": try compare(step)
        case "more":
            if let cursor { parameters["cursor"] = cursor } else { report(step.line, "there is no next page") }
            askedAt = step.line
        case "end": if cursor != nil { report(step.line, "there is a next page") }
        case "error":
            askedAt = nil
            do throws(RequestFaults) {
                _ = try requests()
                report(step.line, "nothing is wrong with it")
            } catch {
                if error.description != step.rest { report(step.line, "the error is \(error.description)") }
            }
        default: report(step.line, "'\(step.word)' is no word of a story")
        }
    }

    /// Every question wants an answer.
    func finish() throws {
        if let askedAt { report(askedAt, "what is expected?") }
    }

    private func requests() throws(RequestFaults) -> [FlowRequest] {
        let now = test.clock.now
        if isValues { return try ValuesRequest.parse(parameters, now: now).requests }
        return [try RequestParser.parse(parameters, as: shape ?? .flows, now: now)]
    }

    /// The first line of what is expected names the columns, and so what is asked for.
    private mutating func compare(_ step: StoryFile.Step) throws {
        askedAt = nil
        let header = step.table.first?.cells ?? []
        let by = (parameters["by"] ?? "").split(separator: ",").map(String.init)
        if !isValues { parameters["fields"] = header.filter { !by.contains($0) && !(shape == .series && $0 == "start") }.joined(separator: ",") }
        let answer: ResultTable
        do {
            let answers = try requests().map { try test.store.query($0) }
            cursor = answers.first?.cursor
            answer = isValues ? try ValuesRequest.parse(parameters, now: 0).table(answers.map(\.table)) : answers.first?.table ?? ResultTable(columns: [])
        } catch {
            report(step.line, "\(error)")
            return
        }
        let columns = answer.columns.map(\.name)
        guard header == columns else { return report(step.table.first?.line ?? step.line, "the columns are \(columns)") }
        let rows = answer.rows.map { row in row.map { $0.text.isEmpty ? "-" : $0.text } }
        let wanted = step.table.dropFirst()
        for (row, expected) in zip(rows, wanted) where row != expected.cells.map(Self.whole) {
            report(expected.line, "the answer has \(row.joined(separator: "  "))")
        }
        if rows.count > wanted.count {
            report(step.line, "the answer has \(rows.count - wanted.count) rows more: \(rows[wanted.count].joined(separator: "  "))")
        }
        if rows.count < wanted.count {
            report(wanted[wanted.startIndex + rows.count].line, "the answer has only \(rows.count) rows")
        }
    }

    /// A time of day is one of 2026-11-22, with milliseconds.
    private static func whole(_ cell: String) -> String {
        let digits = cell.utf8.map { $0 }
        guard digits.count >= 8, digits[2] == 58, digits[5] == 58, digits.allSatisfy({ $0 == 46 || (48...58).contains($0) })
        else { return cell }
        return "2026-11-22T\(cell)\(digits.count == 8 ? ".000" : "")Z"
    }
}
