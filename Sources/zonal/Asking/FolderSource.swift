import AgentCommands
import CollectorService
import FlowModel
import FlowQuery

/// A data folder read directly.
struct FolderSource {
    let path: String

    func ask(_ subject: Subject, _ parameters: [String: String], format: AnswerFormat) throws -> Reply {
        try open(parameters) { answers throws(Problem) in
            let answer = try answers.answer(subject, parameters)
            return Reply(
                body: answer.render(format), completeness: answer.completeness.value,
                reasons: answer.completeness.reasons.count, cursor: answer.cursor)
        }
    }

    func report(_ parameters: [String: String]) throws -> Reply {
        try open(parameters) { answers throws(Problem) in
            Reply(body: try answers.report(parameters).octets)
        }
    }

    private func open(_ parameters: [String: String], _ body: (OfflineAnswers) throws(Problem) -> Reply) throws -> Reply {
        do {
            let answers = try OfflineAnswers(dataFolder: path)
            defer { answers.close() }
            return try body(answers)
        } catch let problem as Problem {
            let text = problem.faults.isEmpty ? problem.detail : FaultText.lines(problem.faults, of: parameters)
            throw CommandFailure(text, isUsage: problem.status == 400)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}
