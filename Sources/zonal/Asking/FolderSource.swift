import AgentCommands
import CollectorService
import FlowModel
import FlowQuery

/// A data folder read directly.
struct FolderSource {
    let path: String

    func ask(_ subject: Subject, _ parameters: [String: String], format: AnswerFormat) throws -> Reply {
        try open { answers throws(Problem) in
            let answer = try answers.answer(subject, parameters)
            return Reply(
                body: answer.render(format), completeness: answer.completeness.value,
                reasons: answer.completeness.reasons.count, cursor: answer.cursor)
        }
    }

    func report(_ parameters: [String: String]) throws -> Reply {
        try open { answers throws(Problem) in
            Reply(body: try answers.report(parameters).octets)
        }
    }

    private func open(_ body: (OfflineAnswers) throws(Problem) -> Reply) throws -> Reply {
        do {
            let answers = try OfflineAnswers(dataFolder: path)
            defer { answers.close() }
            return try body(answers)
        } catch let problem as Problem {
            throw CommandFailure(Self.text(problem), isUsage: problem.status == 400)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    private static func text(_ problem: Problem) -> String {
        let faults = problem.faults.map { fault in
            "\(fault.parameter)\(fault.column.map { ", column \($0)" } ?? ""): \(fault.message)"
        }
        return faults.isEmpty ? problem.detail : faults.joined(separator: "\n")
    }
}
