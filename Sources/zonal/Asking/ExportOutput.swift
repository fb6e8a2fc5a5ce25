import AgentCommands
import ArgumentParser
import FlowModel
import FlowQuery
import FlowSQL
import Foundation

/// The form of an export.
enum ExportFormat: String, CaseIterable, Sendable, ExpressibleByArgument {
    case ipfix, csv, ndjson, json, sqlite

    fileprivate var records: RecordWriter.Format? { RecordWriter.Format(rawValue: rawValue) }
}

/// Where the records of an export are written: a stream of octets, or a table in a file of its own. Neither has its name
/// before it is whole.
final class ExportOutput {
    private struct Table {
        let file: FlowTableFile
        let temporary: String
        let target: String
    }
    /// One of the two, until it is finished.
    private var stream: OutputFile?
    private var table: Table?
    private var writer: RecordWriter?
    private var records = 0

    /// - Parameter path: nil for the standard output, which cannot be a table.
    init(format: ExportFormat, path: String?, fields: [Field]) throws {
        if let records = format.records {
            let writer = RecordWriter(format: records, fields: fields)
            let out = try OutputFile(path: path)
            try out.write(writer.beginning())
            self.writer = writer
            stream = consume out
            return
        }
        guard let path, path != "-" else {
            throw CommandFailure("--format sqlite writes a file: name it with -o", isUsage: true)
        }
        guard !path.isEmpty else { throw CommandFailure("-o is empty: name the file to write", isUsage: true) }
        guard OutputFile.isRegular(path) else {
            throw CommandFailure("\(path): --format sqlite writes a regular file; this is none", isUsage: true)
        }
        guard let place = OutputFile.target(path) else { throw CommandFailure("\(path): is a link that leads nowhere") }
        let temporary = "\(place).\(ProcessInfo.processInfo.processIdentifier).tmp"
        guard FileManager.default.createFile(atPath: temporary, contents: nil) else {
            throw CommandFailure("\(path): cannot be written; is its folder there, and writable?")
        }
        do throws(SQLFault) {
            table = Table(file: try FlowTableFile(path: temporary, fields: fields), temporary: temporary, target: place)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw CommandFailure(error.message)
        }
    }

    func write(_ flows: FlowBatch) throws {
        records += flows.count
        if let octets = writer?.records(flows) { try write(octets) }
        do throws(SQLFault) {
            try table?.file.append(flows)
        } catch {
            throw CommandFailure(error.message)
        }
    }

    private func write(_ octets: [UInt8]) throws(CommandFailure) {
        switch stream {
        case .some(let out): try out.write(octets)
        case .none: break
        }
    }

    /// Gives the file its name.
    func finish() throws {
        let count = records
        if let octets = writer?.ending({ $0.member("records", count) }) { try write(octets) }
        if let out = stream.take() { try out.finish() }
        guard let table else { return }
        do throws(SQLFault) {
            try table.file.finish()
        } catch {
            throw CommandFailure(error.message)
        }
        // Both names are ours for the length of the call.
        guard unsafe rename(table.temporary, table.target) == 0 else { throw CommandFailure("\(table.target): cannot be given its name") }
        self.table = nil
    }

    /// Takes what is not whole away.
    func abandon() {
        switch stream {
        case .some(let out): out.abandon()
        case .none: break
        }
        if let table { try? FileManager.default.removeItem(atPath: table.temporary) }
    }
}
