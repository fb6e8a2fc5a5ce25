import FlowQuery
package import FlowStore
import Reporting

/// The same answers from a data folder, without a collector: `--data DIR` of the command line. Opens the folder for
/// reading, beside a collector that writes it or without one. Blocks its thread.
package struct OfflineAnswers: Sendable {
    private let folder: DataFolder
    private let desk: AnswerDesk
    private let clock: @Sendable () -> Int64

    /// - Throws: one sentence with the mend when the folder is none or cannot be read.
    package init(
        dataFolder path: String, clock: @escaping @Sendable () -> Int64 = { WallClock.milliseconds() }
    ) throws(CollectorError) {
        do throws(StoreError) {
            folder = try DataFolder.openForReading(path)
        } catch {
            throw CollectorError(dataFolder: error)
        }
        let catalog = folder.catalog
        desk = AnswerDesk(
            store: folder.store, catalog: catalog,
            localAddresses: { (try? catalog.localAddresses())?.mapValues(\.count) ?? [:] })
        self.clock = clock
    }

    /// What `GET /v1/<subject>` answers to the same parameters, but for `since`, which is open when it is missing.
    ///
    /// - Throws: `Problem`, with all faults of the parameters or the reason of the store.
    package func answer(
        _ subject: Subject, _ parameters: [String: String], format: AnswerFormat = .json, limits: QueryLimits = QueryLimits(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(Problem) -> Answer {
        let now = clock()
        let question: Question
        do throws(RequestFaults) {
            question = try Question.parse(subject, parameters, now: now)
                .shaped(for: format, hasFields: parameters["fields"] != nil)
        } catch {
            throw Problem(error)
        }
        do throws(StoreError) {
            return try desk.answer(question, now: now, limits: limits, isCancelled: isCancelled)
        } catch {
            throw Problem(query: error)
        }
    }

    /// What `GET /v1/reports` answers to the same parameters.
    package func report(
        _ parameters: [String: String], limits: QueryLimits = QueryLimits(),
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws(Problem) -> (octets: [UInt8], format: ReportFormat, fileName: String) {
        let asked: (question: FlowReport.Question, format: ReportFormat)
        do throws(RequestFaults) {
            asked = try ReportParameters.parse(parameters, now: clock())
        } catch {
            throw Problem(error)
        }
        do throws(StoreError) {
            let report = try desk.report(asked.question, limits: limits, isCancelled: isCancelled)
            return (asked.format.render(report), asked.format, asked.format.fileName(report))
        } catch {
            throw Problem(query: error)
        }
    }

    package func close() { folder.close() }
}
