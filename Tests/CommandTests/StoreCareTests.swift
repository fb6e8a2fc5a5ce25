import Foundation
import TestSupport
import Testing

@Suite("zonal store")
struct StoreCareTests {
    private static func partition(_ data: String) throws -> String {
        try #require(try FileManager.default.contentsOfDirectory(atPath: data + "/flows").first { $0.hasSuffix(".sqlite") })
    }

    @Test("check reads everything beside a collector, and ends with 1 when something is damaged")
    func check() async throws {
        let scratch = try ScratchFolder("zonal-store")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 50)
        let file = try Self.partition(data)
        try await Collector.run(data) { _ in
            let sound = try await Zonal.run(["store", "check", "--data", data])
            #expect(sound.status == 0, "\(sound.errors)")
            #expect(sound.text == "catalog.sqlite: sound\nflows/\(file): 50 records in 1 blocks, sound\n")
        }
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(data)/flows/\(file)"))
        try handle.truncate(atOffset: 9_000)
        try handle.close()
        let damaged = try await Zonal.run(["store", "check", "--data", data])
        #expect(damaged.status == 1)
        #expect(damaged.text.contains("flows/\(file): damaged\n    "), "\(damaged.text)")
        #expect(damaged.errors.hasPrefix("zonal: \(data): 1 of 2 files are damaged"), "\(damaged.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: data + "/flows").contains(file))
    }

    @Test("stats shows each partition in every format", arguments: ["table", "csv", "json", "ndjson"])
    func stats(format: String) async throws {
        let scratch = try ScratchFolder("zonal-store")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 50)
        let result = try await Zonal.run(["store", "stats", "--data", data, "--format", format])
        #expect(result.status == 0, "\(result.errors)")
        let file = try Self.partition(data)
        switch format {
        case "csv":
            let table = CSVTable(text: result.text)
            #expect(table.rows.count == 1)
            let row = try #require(table.rows.first)
            #expect(row["partition"] == file && row["records"] == "50" && row["blocks"] == "1")
            #expect(row["batches"] == "1" && row["addresses"] == "2" && row["sealed"] == "false")
            #expect(row["newest"] == "2026-11-22T13:59:30.000Z")
            #expect(Int(row["flow_column"]) ?? 0 > 0 && Int(row["free"]) != nil)
        case "json", "ndjson":
            let whole = try JSONSerialization.jsonObject(with: result.output) as? [String: Any]
            let row = format == "json" ? (whole?["rows"] as? [[String: Any]])?.first : whole
            #expect(row?["records"] as? Int == 50 && row?["partition"] as? String == file)
        default:
            #expect(result.text.split(separator: "\n").count == 2 && result.text.contains(file))
        }
    }

    @Test("retain shows what would go, and deletes it without --dry-run")
    func retain() async throws {
        let scratch = try ScratchFolder("zonal-store")
        let data = scratch.path("data")
        try Collector.fill(data, flows: 50)
        let file = try Self.partition(data)
        let usual = try await Zonal.run(["store", "retain", "--data", data, "--dry-run"])
        #expect(usual.status == 0 && usual.text.isEmpty)
        #expect(usual.errors.contains("0 files of 0 B would be deleted (over "), "\(usual.errors)")
        let none = try await Zonal.run(["store", "retain", "--data", data, "--bytes", "none"])
        #expect(none.status == 0 && none.errors.contains("(no bound)"), "\(none.errors)")
        let dry = try await Zonal.run(["store", "retain", "--data", data, "--bytes", "1KiB", "--dry-run"])
        #expect(dry.status == 0 && dry.text.contains(file) && dry.text.contains("bytes"), "\(dry.text)\(dry.errors)")
        #expect(try Self.partition(data) == file)
        let gone = try await Zonal.run(["store", "retain", "--data", data, "--bytes", "1KiB"])
        #expect(gone.status == 0 && gone.text.contains(file) && gone.errors.contains("1 files of "), "\(gone.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: data + "/flows") == [])
        for wrong in [["--age", "soon"], ["--bytes", "many"], ["--age", ""]] {
            #expect(try await Zonal.run(["store", "retain", "--data", data] + wrong).status == 2)
        }
    }

    @Test("backup beside a collector, restore into a folder that is not in use")
    func backup() async throws {
        let scratch = try ScratchFolder("zonal-store")
        let (data, copy) = (scratch.path("data"), scratch.path("copy"))
        try Collector.fill(data, flows: 50)
        try await Collector.run(data) { _ in
            let made = try await Zonal.run(["store", "backup", "--data", data, copy])
            #expect(made.status == 0, "\(made.errors)")
            #expect(made.errors.hasPrefix("\(copy): 50 records in 1 partitions, "), "\(made.errors)")
            let again = try await Zonal.run(["store", "backup", "--data", data, copy])
            #expect(again.status == 1)
            #expect(again.errors == "zonal: \(copy): is there already, and not empty; name a new folder\n")
            let refused = try await Zonal.run(["store", "restore", copy, "--data", data, "--replace"])
            #expect(refused.status == 1 && refused.errors.contains("writes this data folder"), "\(refused.errors)")
        }
        let kept = try await Zonal.run(["store", "restore", copy, "--data", data])
        #expect(kept.status == 1 && kept.errors.contains("--replace"), "\(kept.errors)")
        let restored = try await Zonal.run(["store", "restore", copy, "--data", data, "--replace"])
        #expect(restored.status == 0 && restored.errors.contains("\(data).replaced"), "\(restored.errors)")
        let flows = try await Zonal.run(["query", "--data", data, "--format", "csv", "--limit", "1000"])
        #expect(flows.text.split(separator: "\n").count == 51)
        let missing = try await Zonal.run(["store", "restore", scratch.path("none"), "--data", scratch.path("new")])
        #expect(missing.status == 1 && missing.errors.contains("this is no data folder"), "\(missing.errors)")
    }
}
