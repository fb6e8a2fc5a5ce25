import Foundation
import Testing

@testable import IPFIX

@Suite("docs/formats/batch.md says what the encoder does")
struct BatchFormatPageTests {
    private static func page() throws -> String {
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<4 { folder.deleteLastPathComponent() }
        return try String(contentsOf: folder.appendingPathComponent("docs/formats/batch.md"), encoding: .utf8)
    }

    @Test("every element of ours, with its number and type")
    func elements() throws {
        let page = try Self.page()
        for element in InformationElement.own {
            #expect(page.contains("| \(element.number) | \(element.name) | \(element.type) |"), "\(element.name)")
        }
    }

    @Test("every options template, field by field")
    func optionsTemplates() throws {
        let page = try Self.page()
        for template in OptionsTemplate.all {
            func words(_ element: InformationElement, _ mark: String) -> String {
                mark + element.name + mark + (element.registry == .iana ? " (\(element.number))" : "")
            }
            let fields = template.scope.map { words($0, "*") } + template.fields.map { words($0, "") }
            #expect(page.contains("| \(template.id) | \(fields.joined(separator: ", ")) |"), "\(template.id)")
        }
    }

    @Test("every field of a flow record, in the order of the template")
    func flowFields() throws {
        let page = try Self.page()
        var place = try #require(page.range(of: "### Flow records")).upperBound
        for element in FlowField.allCases.compactMap(\.element) {
            let name = element.registry == .reverse ? "reverse " + element.name.dropFirst(7).prefix(1).lowercased() + element.name.dropFirst(8) : element.name
            let found = try #require(page.range(of: name, range: place..<page.endIndex), "\(element.name)")
            // IPv4 and IPv6 share a line: only the lines must be in order.
            place = page[..<found.lowerBound].lastIndex(of: "\n") ?? found.lowerBound
        }
    }
}
