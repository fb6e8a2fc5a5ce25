package import Capture
package import FlowModel
package import Metering
package import PacketDecoding

/// Meters a capture file: frames in, batches of records out, with the account of what was not metered.
package struct FileMeter {
    package struct Summary: Sendable {
        package var frames: UInt64 = 0
        package var records: UInt64 = 0
        package var flows: UInt64 = 0
        package var evicted: UInt64 = 0
        package var notMetered: [String: UInt64] = [:]
        /// First and last time stamp, nanoseconds since 1970; nil without frames.
        package var first: Int64?
        package var last: Int64?
        /// What is wrong behind the last good frame; what came before it was metered.
        package var damage: CaptureError?

        package init() {}
    }

    package var cache = FlowCacheConfiguration()
    package var decoding = PacketDecoder.Configuration()
    /// Records are handed over in batches of about this many.
    package var batchRecords = 65_536
    /// Of hash and flow ids; random without it. An import gives one made of the file's content, so that the same file
    /// gives the same batches.
    package var seed: (UInt64, UInt64)?

    package init() {}

    /// - Parameter deliver: takes each batch; `names` holds the file's own name as the only interface.
    /// - Throws: `CaptureError` when the file cannot be read at all, and what `deliver` throws.
    package func meter(path: String, deliver: (FlowBatch) async throws -> Void) async throws -> Summary {
        var file = try CaptureFile(path: path)
        guard let linkType = LinkType(number: file.linkType) else {
            throw CaptureError(
                .unknownLinkType, place: path,
                "its link type \(file.linkTypeName) (\(file.linkType)) is not read; Ethernet, Linux cooked, raw IP and loopback are")
        }
        let decoder = PacketDecoder(linkType: linkType, configuration: decoding)
        let seed = seed ?? (.random(in: 0 ... .max), .random(in: 0 ... .max))
        var flows = FlowCache(configuration: cache, seed: seed, epoch: seed.0 ^ seed.1)
        var counters = DecodeCounters()
        var observation = PacketObservation()
        var summary = Summary()
        var latest: Int64 = .min
        var earliest: Int64 = .max
        let names = ["", path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path]
        while true {
            do throws(CaptureError) {
                let goesOn = try file.read(limit: 1024) { octets, wireLength, time in
                    observation.timestampNanoseconds = time
                    latest = max(latest, time)
                    earliest = min(earliest, time)
                    let outcome = decoder.decode(octets, wireLength: wireLength, into: &observation)
                    counters.count(outcome)
                    if outcome == .observed { flows.meter(observation) }
                }
                if !goesOn { break }
            } catch {
                summary.damage = error
                break
            }
            flows.advance(to: latest)
            if flows.exported.count >= batchRecords { try await hand(flows.drain(), names, deliver) }
        }
        flows.flush()
        try await hand(flows.drain(), names, deliver)
        summary.frames = DecodeOutcome.allCases.reduce(0) { $0 + counters[$1] }
        summary.records = flows.counters.records
        summary.flows = flows.counters.flows
        summary.evicted = flows.counters.evicted
        summary.notMetered = counters.notMetered
        if summary.frames > 0 { (summary.first, summary.last) = (earliest, latest) }
        return summary
    }

    private func hand(
        _ drained: FlowBatch, _ names: [String], _ deliver: (FlowBatch) async throws -> Void
    ) async throws {
        guard !drained.isEmpty else { return }
        var batch = drained
        batch.names = names
        try await deliver(batch)
    }
}
