import Exporting
package import FlowModel
import IPFIX
import Logging

/// Flows of a file or of a folder on their way to other people's collectors: `--export udp://HOST:PORT`.
package struct ExportRun: Sendable {
    private let exports: FlowExports
    private let running: Task<Void, any Error>
    /// How long a target may make no way at all before it is given up.
    private static let patience = Duration.seconds(10)

    /// Begins at once.
    ///
    /// - Parameter targets: as they were written; at least one.
    package init(targets: [String]) throws(CommandFailure) {
        let exports = try ExportTargets.open(targets, logger: CommandLogging.make("export"))
        self.exports = exports
        running = Task { try await exports.run() }
    }

    /// Waits where a target has no room.
    package func send(_ flows: FlowBatch) async throws {
        try await exports.send(flows: flows, account: ExporterAccount())
    }

    /// Waits until all is sent, and says what became of it.
    ///
    /// - Throws: where something was lost, or could not be sent in time.
    package func finish() async throws {
        _ = await exports.drain(patience: Self.patience)
        running.cancel()
        _ = await running.result
        var lost: UInt64 = 0
        for target in exports.statistics {
            // What is refused nobody has, though the network took it.
            lost += target.dropped + target.waitingFlows + target.refusedDatagrams
            var line = "\(target.target): \(target.sentFlows) flows in \(target.records) records, \(target.messages) messages"
            for (reason, count) in target.droppedFlows.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                line += "; lost, \(reason.rawValue): \(count)"
            }
            if target.waitingFlows > 0 { line += "; not sent: \(target.waitingFlows)" }
            if target.refusedDatagrams > 0 { line += "; refused datagrams: \(target.refusedDatagrams)" }
            if let error = target.lastError, target.dropped + target.waitingFlows + target.refusedDatagrams > 0 { line += " (\(error))" }
            CommandLineRunner.say(line)
        }
        if lost > 0 { throw CommandFailure("not all flows were exported") }
    }

    /// Ends without waiting: something else has failed.
    package func abandon() { running.cancel() }
}

/// Where flows are exported to.
enum ExportTargets {
    static func open(_ texts: [String], logger: Logger) throws(CommandFailure) -> FlowExports {
        do throws(ExportTargetError) {
            var targets: [ExportTarget] = []
            for text in texts { targets.append(try ExportTarget(text)) }
            return try FlowExports(targets: targets, logger: logger)
        } catch {
            throw CommandFailure("\(error)", isUsage: true)
        }
    }
}
