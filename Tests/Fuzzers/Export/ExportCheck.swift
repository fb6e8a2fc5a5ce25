import FlowModel
import IPFIX

/// What the export decoder's fuzzer looks for, beside traps and reads past the end: accounts that do not add up, limits that do
/// not hold, and an exporter whose messages change what becomes of another's. The ordinary tests replay with it what the
/// fuzzer has found.
enum ExportCheck {
    /// What the head of a message says to do.
    private struct Step {
        let head: UInt8
        var exporter: UInt32 { UInt32(head & 1) }
        var port: UInt16 { head & 2 == 0 ? 2055 : 4739 }
        var transport: ExportTransport { head & 4 == 0 ? .datagram : .stream }
        /// Afterwards: the connection ends, the decoder forgets what is old, rows are taken (and given back), or a restart.
        var closes: Bool { head & 8 != 0 }
        var expires: Bool { head & 16 != 0 }
        var takes: Bool { head & 32 != 0 }
        var reuses: Bool { head & 64 != 0 }
        var restarts: Bool { head & 128 != 0 }
    }

    /// One decoder, with the sums of what it gave.
    private struct Subject {
        let configuration: ExportDecoder.Configuration
        var decoder: ExportDecoder
        var rows: UInt64 = 0
        var fault: String?

        init(_ configuration: ExportDecoder.Configuration) {
            self.configuration = configuration
            decoder = ExportDecoder(configuration: configuration)
        }

        mutating func take(_ step: Step, _ message: borrowing Span<UInt8>, at milliseconds: Int64) {
            let source = ExporterSource(IPAddress(ipv4: 0x0A00_0001 + step.exporter), port: step.port)
            // The message's octets outlive the call.
            let outcome = unsafe decoder.decode(
                message.bytes, from: source, over: step.transport, receivedMilliseconds: milliseconds)
            rows += UInt64(outcome.rows.count)
            if outcome.rows.upperBound != decoder.rowCount { fault = "other rows were told than came" }
        }

        mutating func finish(_ step: Step, isItsOwn: Bool = true, at milliseconds: Int64) {
            if step.closes && isItsOwn { decoder.close(ExporterSource(IPAddress(ipv4: 0x0A00_0001 + step.exporter), port: step.port)) }
            if step.expires { decoder.expire(atMilliseconds: milliseconds) }
            account()
            if step.takes { takeFlows(reuses: step.reuses) }
            guard step.restarts else { return }
            takeFlows(reuses: false)
            let memory = decoder.memory
            decoder = ExportDecoder(configuration: configuration)
            decoder.restore(memory)
            rows = 0
        }

        mutating func takeFlows(reuses: Bool) {
            let waiting = decoder.rowCount
            let (flows, kept) = decoder.takeFlows()
            if flows.count != waiting { fault = "other rows came than waited" }
            for row in 0..<flows.count where Int(flows.agent[row]) >= flows.names.count || Int(flows.interface[row]) >= flows.names.count {
                fault = "a row points at a name that there is not"
            }
            for row in 0..<flows.count where flows.agent[row] == 0 { fault = "a row without an agent" }
            for record in kept {
                if case .flow(let row) = record.kind, row >= flows.count { fault = "what is kept points at a row that there is not" }
            }
            if reuses { decoder.reuse(flows) }
        }

        private mutating func account() {
            var records: UInt64 = 0
            for exporter in decoder.exporters {
                guard let statistics = decoder.statistics(of: exporter) else { return fault = "an exporter without statistics" }
                records += statistics.flowRecords
                let known = statistics.setsReadLater + statistics.setsExpired + UInt64(statistics.setsWaiting)
                if known != statistics.setsWithoutTemplate { fault = "sets without an account" }
                if statistics.templates > configuration.templatesPerExporter { fault = "more templates than the limit" }
                if statistics.domains > configuration.domainsPerExporter { fault = "more domains than the limit" }
            }
            if records != rows { fault = "other records were counted than became rows" }
        }

        func statistics(of exporter: UInt32) -> ExporterStatistics? { decoder.statistics(of: IPAddress(ipv4: 0x0A00_0001 + exporter)) }
    }

    /// - Parameter input: what is kept of elements, then messages one after the other, each behind a head of four octets: a
    ///   `Step`, how much time goes by in tens of seconds, and its length in two octets.
    /// - Returns: what is wrong; nil for nothing.
    static func fault(in input: borrowing Span<UInt8>) -> String? {
        guard input.count > 1 else { return nil }
        var configuration = ExportDecoder.Configuration()
        configuration.templatesPerExporter = 6
        configuration.domainsPerExporter = 3
        configuration.templateUnitsPerExporter = 4096
        configuration.parkedOctetsPerExporter = 2048
        configuration.keptOctets = 65_536
        configuration.keeps = input[0] & 3 == 0 ? .none : input[0] & 3 == 1 ? .unknown : .all
        // Two exporters in one decoder, and the first of them in one of its own: it must not notice the other.
        var (both, first) = (Subject(configuration), Subject(configuration))
        var milliseconds: Int64 = 1_700_000_000_000
        var offset = 1
        while offset + 4 <= input.count {
            let step = Step(head: input[offset])
            milliseconds += Int64(input[offset + 1]) * 10_000
            let length = min(Int(input[offset + 2]) << 8 | Int(input[offset + 3]), input.count - offset - 4)
            let message = input.extracting((offset + 4)..<(offset + 4 + length))
            offset += 4 + length
            both.take(step, message, at: milliseconds)
            if step.exporter == 0 { first.take(step, message, at: milliseconds) }
            both.finish(step, at: milliseconds)
            first.finish(step, isItsOwn: step.exporter == 0, at: milliseconds)
            if let fault = both.fault ?? first.fault { return fault }
            if both.statistics(of: 0) != first.statistics(of: 0) { return "an exporter's messages changed another's account" }
        }
        both.takeFlows(reuses: false)
        first.takeFlows(reuses: false)
        return both.fault ?? first.fault
    }
}
