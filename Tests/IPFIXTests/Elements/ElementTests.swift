import Foundation
import TestSupport
import Testing

@testable import IPFIX

@Suite("information elements")
struct ElementTests {
    @Test("names, numbers and types are IANA's", .enabled(if: SharedFolder.path("captures/registry") != nil, "the shared registry is not there"))
    func registry() throws {
        let path = try #require(SharedFolder.path("captures/registry/iana-ipfix-information-elements.csv"))
        var registry: [UInt16: (name: String, type: String, semantics: String)] = [:]
        for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            if cells.count > 3, let number = UInt16(cells[0]) { registry[number] = (cells[1], cells[2], cells[3]) }
        }
        try #require(registry.count > 400)
        let fields = FlowField.allCases.compactMap(\.element) + [.icmpTypeCodeIPv4, .icmpTypeCodeIPv6, .vlanId]
        let written = fields + (OptionsTemplate.all + OptionsTemplate.exported).flatMap { $0.scope + $0.fields }
        for element in written where element.registry == .iana {
            let entry = try #require(registry[element.number], "\(element.number)")
            #expect(entry.name == element.name)
            #expect(entry.type == "\(element.type)")
        }
    }

    @Test("own elements are numbered once, from 1 on, and all are declared")
    func own() {
        #expect(InformationElement.own.map(\.number) == (1...UInt16(InformationElement.own.count)).map { $0 })
        #expect(Set(InformationElement.own.map(\.name)).count == InformationElement.own.count)
        let options = (OptionsTemplate.all + OptionsTemplate.exported).flatMap { $0.scope + $0.fields }
        let written = FlowField.allCases.compactMap(\.element) + options
        for element in written where element.registry == .own { #expect(InformationElement.own.contains(element)) }
    }

    @Test("reverse elements keep their number and say so in the name")
    func reversed() {
        let element = InformationElement.octetDeltaCount.reversed
        #expect(element.name == "reverseOctetDeltaCount" && element.number == 1)
        #expect(element.enterprise(own: 1) == 29305)
    }
}
