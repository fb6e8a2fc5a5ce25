import AgentCommands
import CollectorService
import FlowModel
import FlowQuery
import FlowStore
import Foundation
import IPFIX

/// The records that an export writes: whole pages from a collector, blocks from a folder. Each part of them in memory alone.
enum ExportedRecords {
    case pages(RecordPages)
    case folder(FolderRecords)

    /// - Parameter fields: what of the records is looked at.
    init(
        source: Source, parameters: [String: String], filter: String?, fields: [Field], isCancelled: @escaping @Sendable () -> Bool
    ) throws {
        switch source {
        case .collector(let collector):
            self = .pages(RecordPages(source: collector, parameters: parameters, filter: filter))
        case .folder(let folder):
            self = .folder(
                try FolderRecords(
                    path: folder.path, parameters: parameters, filter: filter, fields: fields, isCancelled: isCancelled))
        }
    }

    /// - Returns: nil behind the last part. The first one may be empty.
    mutating func next() async throws -> FlowBatch? {
        switch self {
        case .pages(var pages):
            defer { self = .pages(pages) }
            return try await pages.next()
        case .folder(let folder):
            return try folder.next()
        }
    }

    /// How complete they were; nil before the end.
    func account() throws -> Reply? {
        switch self {
        case .pages(let pages): pages.last
        case .folder(let folder): try folder.account()
        }
    }
}

/// The records of a folder, block by block: the newest partition first, in it the newest block, and in it the newest record.
final class FolderRecords {
    private let folder: DataFolder
    private let scan: FlowScan
    private let fields: [Field]
    /// What of the current block is still to be given, in order.
    private var block: FlowScan.Block?
    private var rest: ArraySlice<Int32> = []

    /// A block's records as text would take a hundred times what they take in columns.
    private static let partRecords = 8192
    /// Longer than any export: who writes to a slow place may take all the time.
    private static let time = Duration.seconds(366 * 86_400)

    /// - Throws: what is wrong with the parameters or the folder.
    init(
        path: String, parameters: [String: String], filter: String?, fields: [Field], isCancelled: @escaping @Sendable () -> Bool
    ) throws {
        try DataFolderPlace.check(path)
        var parameters = parameters
        parameters["filter"] = filter
        let request: FlowRequest
        do throws(RequestFaults) {
            let now = Int64(Date().timeIntervalSince1970 * 1000)
            request = try RequestParser.parse(parameters, as: .flows, now: now)
        } catch {
            throw CommandFailure(FaultText.lines(error.faults, of: parameters), isUsage: true)
        }
        self.fields = fields
        do throws(StoreError) {
            folder = try DataFolder.openForReading(path)
            scan = try folder.store.scan(
                FlowScan.Request(
                    filter: request.filter, range: request.range, includeWitnesses: request.includeWitnesses,
                    overlap: request.overlap, fields: fields + [.end]),
                limits: QueryLimits(time: Self.time), isCancelled: isCancelled)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    deinit { folder.close() }

    func next() throws(CommandFailure) -> FlowBatch? {
        if rest.isEmpty {
            do throws(StoreError) {
                block = try scan.next()
            } catch {
                throw CommandFailure(error.code == .cancelled ? "the export was cancelled" : "\(error)")
            }
            block?.sortNewestFirst()
            rest = block?.rows[...] ?? []
        }
        guard var part = block else { return nil }
        part.rows = Array(rest.prefix(Self.partRecords))
        rest = rest.dropFirst(Self.partRecords)
        return part.matching(fields)
    }

    func account() throws(CommandFailure) -> Reply {
        var account = ScanAccount()
        account.add(scan)
        do throws(StoreError) {
            let completeness = try folder.store.completeness(of: account)
            return Reply(
                body: [], completeness: completeness.value, reasonCount: completeness.reasons.count, reasons: completeness.reasons)
        } catch {
            throw CommandFailure("\(error)")
        }
    }
}

/// The records that a question asks a collector for, a page at a time.
struct RecordPages {
    /// What a collector gives at once.
    private static let pageRecords = 20_000

    private let source: HTTPSource
    private var parameters: [String: String]
    private var isEnded = false
    /// The last page's account.
    private(set) var last: Reply?

    init(source: HTTPSource, parameters: [String: String], filter: String?) {
        self.source = source
        self.parameters = Self.fixed(parameters)
        self.parameters["filter"] = filter
        self.parameters["limit"] = String(Self.pageRecords)
    }

    /// Times that are told from now on are those of the first page for all: a later page would begin later. What cannot be read
    /// is left for the source to judge.
    private static func fixed(_ parameters: [String: String]) -> [String: String] {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        guard var range = try? TimeRange(since: parameters["since"], until: parameters["until"], now: now) else { return parameters }
        if range.since == nil { range.since = (range.until ?? now) - 3_600_000 }
        var fixed = parameters
        fixed["since"] = range.since.map { UTCTime.text(milliseconds: $0) }
        fixed["until"] = range.until.map { UTCTime.text(milliseconds: $0) }
        return fixed
    }

    /// - Returns: nil behind the last page. The first one may be empty.
    mutating func next() async throws -> FlowBatch? {
        guard !isEnded else { return nil }
        let reply = try await source.ask(.flows, parameters, format: .ipfix)
        parameters["cursor"] = reply.cursor
        isEnded = reply.cursor == nil
        last = Reply(body: [], completeness: reply.completeness, reasonCount: reply.reasonCount, reasons: reply.reasons)
        var decoder = FlowFileDecoder()
        do throws(IPFIXError) {
            return try decoder.decode(reply.body).flows
        } catch {
            throw CommandFailure("the answer cannot be read: \(error)")
        }
    }
}
