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
        try Self.expect(FlowField.allCases.compactMap(\.element), under: "### Flow records")
    }

    @Test("every field of a witness record, in the order of the template, with its lengths")
    func witnessFields() throws {
        try Self.expect(WitnessLayout.elements, under: "| flow_id | flowId (148) | 8 | |")
        let page = try Self.page()
        for (isWide, isWidePart) in [(false, false), (true, false), (false, true), (true, true)] {
            let layout = WitnessLayout(isWide: isWide, isWidePart: isWidePart)
            #expect((300...303).contains(layout.templateID))
            let record = layout.templateRecord(own: 32473)
            #expect(Array(record[..<4]) == FileBuilder.big(layout.templateID) + [0, UInt8(WitnessLayout.elements.count)])
        }
        let narrow = WitnessLayout(isWide: false, isWidePart: false)
        var place = 0
        for (element, word) in zip(
            WitnessLayout.elements, ["flowId", "flowPart", "ingressInterface", "flowDirection", "packets", "octets", "packets", "octets"]) {
            let width = narrow.width(of: element)
            let line = String(repeating: " ", count: place < 10 ? 1 : 0) + "\(place)   \(width)   \(word)"
            #expect(page.contains("\n\(line)"), "\(line)")
            place += width
        }
    }

    /// The names of elements stand on the page in their order, after a text.
    private static func expect(_ elements: [InformationElement], under heading: String) throws {
        let page = try page()
        var place = try #require(page.range(of: heading)).lowerBound
        for element in elements {
            let name = element.registry == .reverse ? "reverse " + element.name.dropFirst(7).prefix(1).lowercased() + element.name.dropFirst(8) : element.name
            let found = try #require(page.range(of: name, range: place..<page.endIndex), "\(element.name)")
            // IPv4 and IPv6 share a line: only the lines must be in order.
            place = page[..<found.lowerBound].lastIndex(of: "\n") ?? found.lowerBound
        }
    }
}
