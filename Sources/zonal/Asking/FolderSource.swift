import AgentCommands
import CollectorService
import FlowModel
import FlowQuery

/// A data folder read directly.
struct FolderSource {
    let path: String

    func ask(_ subject: Subject, _ parameters: [String: String], format: AnswerFormat) throws -> Reply {
        try open(parameters) { answers throws(Problem) in
            let answer = try answers.answer(subject, parameters, format: format)
            return Reply(
                body: answer.render(format), completeness: answer.completeness.value,
                reasonCount: answer.completeness.reasons.count, reasons: answer.completeness.reasons, cursor: answer.cursor)
        }
    }

    func report(_ parameters: [String: String]) throws -> Reply {
        try open(parameters) { answers throws(Problem) in
            Reply(body: try answers.report(parameters).octets)
        }
    }

    /// The account of the flows that a report is made of.
    func account(_ parameters: [String: String]) throws -> Account {
        let reply = try ask(.aggregate, parameters, format: .json)
        return Account(completeness: reply.completeness, reasons: reply.reasons)
    }

    private func open(_ parameters: [String: String], _ body: (OfflineAnswers) throws(Problem) -> Reply) throws -> Reply {
        try DataFolderPlace.check(path)
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
