import FlowModel
import IPFIX
import TestSupport
import Testing

@testable import IPFIX

@Suite("registry of elements")
struct ElementRegistryTests {
    @Test("every line of the tables is an element")
    func tables() {
        var registry = ElementRegistry()
        #expect(registry.addTable(IANAElementTable.text) == 0)
        let iana = registry.count
        #expect(iana == 502)
        #expect(registry.addTable(VendorElementTable.text) == 0)
        #expect(registry.count == iana + VendorElementTable.text.split(separator: "\n").count)
    }

    @Test("IANA's table as published", .enabled(if: SharedFolder.path("captures/registry") != nil, "the shared registry is not there"))
    func published() throws {
        let path = try #require(SharedFolder.path("captures/registry/iana-ipfix-information-elements.csv"))
        let rows = try CSVTable(path: path).rows.filter { !$0["AbstractDataType"].isEmpty && $0["ElementID"] != "0" }
        #expect(rows.count > 490)
        for row in rows {
            let number = try #require(UInt16(row["ElementID"]))
            let element = try #require(ElementRegistry.standard[ElementID(number)])
            #expect(element.name == row["Name"] && element.type.name == row["AbstractDataType"])
            #expect(element.semantics == row["DataTypeSemantics"] || (row["DataTypeSemantics"].isEmpty && ["", "default"].contains(element.semantics)))
        }
    }

    @Test("vendors' elements and those of the reverse direction")
    func others() {
        let registry = ElementRegistry.standard
        #expect(registry[ElementID(enterprise: 6871, 14)]?.name == "initialTCPFlags")
        #expect(registry[ElementID(enterprise: 6871, 14 | 0x4000)]?.name == "reverseInitialTCPFlags")
        #expect(registry[ElementID(enterprise: 6876, 881)]?.type == .ipv4Address)
        #expect(registry[ElementID(enterprise: 56506, 101)]?.name == "sourcePodName")
        #expect(registry[ElementID(enterprise: 35632, 82)]?.name == "src_to_dst_max_throughput")
        #expect(registry[ElementID(enterprise: 29305, 1)] == ElementDescription(name: "reverseOctetDeltaCount", type: .unsigned64, semantics: "deltaCounter", units: "octets"))
        #expect(registry[ElementID(enterprise: 1, 1)] == nil)
        #expect(registry.element(named: "sourceIPv4Address") == ElementID(8))
    }

    @Test("every data type (RFC 7011 §6.1), with reduced sizes and lengths that it cannot have")
    func values() {
        func text(_ type: ElementDescription.DataType, _ octets: [UInt8]) -> String { ElementValue(octets, type: type).description }
        #expect(text(.unsigned8, [255]) == "255" && text(.unsigned64, [1, 0]) == "256")
        #expect(text(.signed8, [255]) == "-1" && text(.signed64, [0xFE]) == "-2" && text(.signed32, [0x7F, 0xFF]) == "32767")
        #expect(text(.signed64, [UInt8](repeating: 255, count: 8)) == "-1")
        #expect(text(.float64, FileBuilder.big((1.5).bitPattern)) == "1.5" && text(.float64, FileBuilder.big(Float(0.25).bitPattern)) == "0.25")
        #expect(text(.boolean, [1]) == "true" && text(.boolean, [2]) == "false" && text(.boolean, [0]) == "0x00")
        #expect(text(.macAddress, [2, 0, 0, 0, 0, 1]) == "02:00:00:00:00:01" && text(.macAddress, [2]) == "0x02")
        #expect(text(.string, Array("eth0".utf8) + [0, 0]) == "eth0" && text(.octetArray, [0xAB, 1]) == "0xab01")
        #expect(text(.dateTimeSeconds, FileBuilder.big(UInt32(1_600_000_000))) == "2020-09-13T12:26:40.000Z")
        #expect(text(.dateTimeMilliseconds, FileBuilder.big(UInt64(1_600_000_000_123))) == "2020-09-13T12:26:40.123Z")
        let ntp = FileBuilder.big(UInt64(3_808_988_800) << 32 | 1 << 20)
        #expect(text(.dateTimeNanoseconds, ntp) == "2020-09-13T12:26:40.000244140Z")
        #expect(text(.ipv4Address, [10, 0, 0, 1]) == "10.0.0.1" && text(.ipv6Address, [UInt8](repeating: 0, count: 15) + [1]) == "::1")
        #expect(text(.ipv6Address, [1]) == "0x01" && text(.basicList, []) == "0x" && text(.unsigned32, []) == "0x")
        #expect(text(.unsigned32, [UInt8](repeating: 1, count: 9)) == "0x010101010101010101")
    }
}
