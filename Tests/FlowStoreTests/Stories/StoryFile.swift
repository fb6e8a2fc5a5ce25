import Foundation
import Testing

/// A story in plain text: flows that are loaded, questions, and what is expected. `Tests/Stories/README.md` describes it.
struct StoryFile: Sendable, CustomTestStringConvertible {
    /// One line that begins at the margin, with the indented lines below it.
    struct Step: Sendable {
        var word: String
        /// What stands behind the word.
        var rest: String
        var line: Int
        /// The cells of each line, and its number.
        var table: [(cells: [String], line: Int)] = []
    }

    let path: String
    let steps: [Step]
    var name: String { URL(fileURLWithPath: path).lastPathComponent }
    var testDescription: String { name }

    init(path: String) throws {
        self.path = path
        var steps: [Step] = []
        let text = try String(contentsOfFile: path, encoding: .utf8)
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " }
            if content.isEmpty || content.hasPrefix("#") { continue }
            if line.hasPrefix(" "), !steps.isEmpty {
                steps[steps.count - 1].table.append((Self.cells(content), index + 1))
            } else {
                let word = content.prefix { $0 != " " }
                let rest = content.dropFirst(word.count).drop { $0 == " " }
                steps.append(Step(word: String(word), rest: String(rest), line: index + 1))
            }
        }
        self.steps = steps
    }

    /// Blanks separate; a cell in double quotes may hold some.
    static func cells(_ line: Substring) -> [String] {
        var cells: [String] = []
        var rest = line
        while !rest.isEmpty {
            if rest.first == "\"" {
                let cell = rest.dropFirst().prefix { $0 != "\"" }
                cells.append(String(cell))
                rest = rest.dropFirst(cell.count + 2)
            } else {
                let cell = rest.prefix { $0 != " " }
                cells.append(String(cell))
                rest = rest.dropFirst(cell.count)
            }
            rest = rest.drop { $0 == " " }
        }
        return cells
    }

    /// All of the folder, by name.
    static let all: [StoryFile] = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Stories")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().compactMap {
            try? StoryFile(path: folder.appendingPathComponent($0).path)
        }
    }()
}
