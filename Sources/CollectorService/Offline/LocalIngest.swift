package import FlowModel
package import FlowStore
import Logging
import Telemetry

/// Stores flows into a data folder without a collector: `zonal import --data DIR`. Holds the folder's lock while it lives.
/// Blocks its thread.
package final class LocalIngest: Sendable {
    private let folder: DataFolder
    private let counting: CountingDesk
    private let clock: @Sendable () -> Int64

    /// - Throws: one sentence with the mend: a collector writes the folder, it cannot be written, it is of a newer format.
    package init(
        dataFolder path: String, clock: @escaping @Sendable () -> Int64 = { WallClock.milliseconds() }
    ) throws(CollectorError) {
        do throws(StoreError) {
            // Nobody else waits for the folder: an old archive may touch as many hours as it has.
            var configuration = SQLiteFlowStore.Configuration()
            configuration.partitionsPerBatch = .max
            folder = try DataFolder.openForWriting(path, configuration: configuration)
            counting = try CountingDesk(
                agents: try folder.catalog.agents(), catalog: folder.catalog, store: folder.store,
                metrics: MetricRegistry(CollectorMetrics.all), logger: Logger(label: "zonal.import"),
                nowMilliseconds: clock())
        } catch {
            throw CollectorError(dataFolder: error)
        }
        self.clock = clock
    }

    /// The file of this content, if it has been imported before.
    package func imported(sha256: String) throws(StoreError) -> ImportedFile? { try folder.catalog.imported(sha256: sha256) }

    /// Remembers a file that was stored whole.
    package func recordImport(_ file: ImportedFile) throws(StoreError) { try folder.catalog.recordImport(file) }

    /// Stores flows; when this returns, they are on disk.
    ///
    /// - Parameters:
    ///   - report: of the agent whose flows they are; with it, what another agent's records count already is not counted
    ///     again. nil for captures and other people's files.
    ///   - identity: the same id is stored once. A file that is stored in pieces gives each piece its own.
    ///   - exportMilliseconds: records that end more than a day later are out of range; the same for a repeat, or its
    ///     records would be looked for elsewhere and stored twice.
    package func append(
        _ flows: FlowBatch, report: AgentReport? = nil, identity: BatchIdentity?, exportMilliseconds: Int64
    ) throws(StoreError) -> AppendOutcome {
        let now = clock()
        var flows = flows
        if let report {
            // One file after the other: nothing else is decided before this is stored.
            _ = counting.decide(&flows, report: report, now: now)
        }
        flows.expandWitnesses()
        let outcome = try folder.store.append(
            flows, identity: identity, exportMilliseconds: exportMilliseconds)
        if let report, case .stored(let records) = outcome {
            // A piece of a file has a number of its own, which is none of the agent's.
            var sequence: UInt64?
            if case .sequence(report.agent, report.epoch, let number) = identity { sequence = number }
            try folder.catalog.note(report: report, sequence: sequence, receivedMilliseconds: now, records: records)
        }
        return outcome
    }

    /// Joins the small blocks of what was imported, and with `everything` those of the whole folder; and sums up what stays
    /// as it is then.
    package func compact(everything: Bool = false) throws(StoreError) {
        try folder.store.compact(everything: everything)
        try folder.store.buildRollups(everything: everything) { false }
    }

    /// Ends writing and lets go of the lock.
    package func close() { folder.close() }
}
