import AgentCommands
import ArgumentParser
import CollectorService
import FlowModel

struct FieldsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fields", abstract: "List the fields of flows: what filters, --fields and --by can name.",
        discussion: """
            Examples:
              zonal fields
              zonal fields --format json
            """)

    @Option(help: "table, csv, json or ndjson; json is the HTTP answer.")
    var format: AnswerFormat = .table

    func run() async throws {
        // The catalogue belongs to the program: nobody is asked.
        let out = try OutputFile(path: nil)
        try out.write(Answer(.fields(Field.catalogue)).render(format))
    }
}
