import Foundation
import TestSupport
import Testing

/// What `zonal import` does with IPFIX files that hold more than flows.
@Suite("What cannot be imported is said")
struct ImportTests {
    /// A message (RFC 7011 §3.1) of domain 7 with these sets.
    private static func message(_ sets: [UInt8]...) -> [UInt8] {
        let body = sets.flatMap { $0 }
        return [0, 10] + big(UInt16(16 + body.count)) + big(UInt32(1_795_356_000)) + big(UInt32(0)) + big(UInt32(7)) + body
    }

    private static func set(_ id: UInt16, _ content: [UInt8]) -> [UInt8] { big(id) + big(UInt16(4 + content.count)) + content }

    private static func template(_ id: UInt16, _ fields: [(element: UInt16, length: UInt16)]) -> [UInt8] {
        set(2, big(id) + big(UInt16(fields.count)) + fields.flatMap { big($0.element) + big($0.length) })
    }

    private static func big<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
        stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Two flows with times in seconds (150, 151), one with uptimes alone (22, 21), and three records of MAC addresses (56).
    private static let flows = [
        template(256, [(8, 4), (12, 4), (2, 4), (1, 4), (150, 4), (151, 4)]),
        template(257, [(8, 4), (12, 4), (2, 4), (1, 4), (22, 4), (21, 4)]),
        template(258, [(56, 6)]),
        set(256, [10, 0, 0, 1, 10, 0, 0, 2] + [3, 300, 1_795_355_990, 1_795_355_991].flatMap { big($0 as UInt32) }
            + [10, 0, 0, 3, 10, 0, 0, 4] + [4, 400, 1_795_355_992, 1_795_355_993].flatMap { big($0 as UInt32) }),
        set(257, [10, 0, 0, 5, 10, 0, 0, 6] + [5, 500, 1000, 2000].flatMap { big($0 as UInt32) }),
        set(258, [UInt8](repeating: 2, count: 18)),
    ].flatMap { $0 }

    private func write(_ octets: [UInt8], into scratch: ScratchFolder) throws -> String {
        let path = scratch.path("file.ipfix")
        try Data(octets).write(to: URL(fileURLWithPath: path))
        return path
    }

    private func zonal(_ arguments: String...) async throws -> Command {
        try await Command.runAside([ZonalProgram.path] + arguments)
    }

    private func packets(_ data: String) async throws -> [Int] {
        let answer = try await zonal("query", "--data", data, "--format", "csv")
        return CSVTable(text: answer.text).rows.compactMap { Int($0["packets"]) }.sorted()
    }

    @Test("data sets without their template: the rest is stored, and the file has failed, as often as it is tried")
    func setsWithoutTemplate() async throws {
        let scratch = try ScratchFolder("zonal-import")
        let unknown = Self.set(300, [1, 2, 3, 4])
        let path = try write(Self.message(unknown, Self.flows) + Self.message(unknown), into: scratch)
        for _ in 0..<2 {
            let imported = try await zonal("import", path, "--data", scratch.path("data"))
            #expect(imported.status == 1)
            #expect(imported.errors.contains("data sets without a template before them in the file: 2, the first at octet 16: template 300"), "\(imported.errors)")
            #expect(try await packets(scratch.path("data")) == [3, 4, 5])
        }
        let dump = try await zonal("dump", path, "--records")
        #expect(dump.status == 0)
        #expect(dump.text.contains("\"sets_without_template\":2"), "\(dump.text)")
        withExtendedLifetime(scratch) {}
    }

    @Test("exports without their templates: the import has failed, and is not called done")
    func exportsNotRead() async throws {
        let scratch = try ScratchFolder("zonal-import")
        let path = try write(Self.message(Self.set(300, [1, 2, 3, 4])) + Self.message(Self.set(301, [5, 6, 7, 8])), into: scratch)
        for _ in 0..<2 {
            let imported = try await zonal("import", "--as", "netflow", path, "--data", scratch.path("data"))
            #expect(imported.status == 1)
            #expect(imported.errors.contains("2 data sets could not be read"), "\(imported.errors)")
        }
        let whole = try write(Self.message(Self.flows), into: scratch)
        let imported = try await zonal("import", "--as", "netflow", whole, "--data", scratch.path("data"))
        #expect(imported.status == 0, "\(imported.errors)")
        // Those between MAC addresses count nothing.
        #expect(try await packets(scratch.path("data")).filter { $0 > 0 } == [3, 4, 5])
        withExtendedLifetime(scratch) {}
    }

    @Test("a file of many records is stored in pieces, each record once")
    func pieces() async throws {
        let scratch = try ScratchFolder("zonal-import")
        let record: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2] + [3, 300, 1_795_355_990, 1_795_355_991].flatMap { Self.big($0 as UInt32) }
        let message = Self.message(Self.set(256, [[UInt8]](repeating: record, count: 2000).flatMap { $0 }))
        var octets = Self.message(Self.template(256, [(8, 4), (12, 4), (2, 4), (1, 4), (150, 4), (151, 4)]))
        for _ in 0..<225 { octets += message }
        let path = try write(octets, into: scratch)
        let imported = try await zonal("import", path, "--data", scratch.path("data"))
        #expect(imported.status == 0 && imported.errors.contains("450000 records"), "\(imported.errors)")
        #expect(!imported.errors.contains("were stored before"), "\(imported.errors)")
        let top = try await zonal("top", "--by", "src", "--data", scratch.path("data"), "--format", "csv")
        #expect(top.text.contains("450000"), "\(top.text) \(top.errors)")
        // One that is damaged at its end is refused as a whole.
        let damaged = try write(octets + [1, 2, 3], into: scratch)
        let refused = try await zonal("import", damaged, "--data", scratch.path("other"))
        #expect(refused.status == 1)
        #expect(try await packets(scratch.path("other")).isEmpty)
        withExtendedLifetime(scratch) {}
    }

    @Test("records that are no flows, and flows without a time, are counted where they are told of")
    func otherRecords() async throws {
        let scratch = try ScratchFolder("zonal-import")
        let path = try write(Self.message(Self.flows), into: scratch)
        let imported = try await zonal("import", path, "--data", scratch.path("data"))
        #expect(imported.status == 0)
        #expect(
            imported.errors.contains(
                """
                3 records; left out, since they are no flows between two addresses: 3; \
                without a time of their own, stored under the time of export: 1
                """), "\(imported.errors)")
        #expect(try await packets(scratch.path("data")) == [3, 4, 5])
        let dump = try await zonal("dump", path, "--records")
        #expect(dump.text.contains("\"other_records\":3"), "\(dump.text)")
        #expect(dump.text.contains("\"records_without_time\":1"), "\(dump.text)")
        withExtendedLifetime(scratch) {}
    }
}
