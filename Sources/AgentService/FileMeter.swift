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
    /// Frames after which the records that are ready are handed over.
    package var framesAtOnce = 65_536
    /// Records that are handed over at once, about: a batch that stays in the second cache level is written out faster than
    /// one that does not.
    package var recordLimit = 8192
    /// Threads that meter: 1 reads and meters on one; more have the reading and decoding on one of its own besides, and
    /// then batches come in no certain order.
    package var threads = 1
    /// Of hash and flow ids; random without it. An import gives one made of the file's content, so that the same file
    /// gives the same batches.
    package var seed: (UInt64, UInt64)?

    package init() {}

    /// - Parameter deliver: takes each batch; `names` holds the file's own name as the only interface.
    /// - Throws: `CaptureError` when the file cannot be read at all, and what `deliver` throws.
    package func meter(path: String, deliver: (FlowBatch) async throws -> Void) async throws -> Summary {
        let file = try CaptureFile(path: path)
        guard let linkType = LinkType(number: file.linkType) else {
            throw CaptureError(
                .unknownLinkType, place: path,
                "its link type \(file.linkTypeName) (\(file.linkType)) is not read; Ethernet, Linux cooked, raw IP and loopback are")
        }
        let seed = seed ?? (.random(in: 0 ... .max), .random(in: 0 ... .max))
        let pool = MeterPool(configuration: cache, seed: seed, epoch: seed.0 ^ seed.1, threads: threads, recordLimit: recordLimit)
        var pass = FilePass(
            file: file, decoder: PacketDecoder(linkType: linkType, configuration: decoding),
            fragments: FragmentTable(seed: seed.0), framesAtOnce: framesAtOnce)
        let names = ["", path == "-" ? "standard input" : path.split(separator: "/").last.map(String.init) ?? path]
        var failure: (any Error)?
        do {
            while pass.read(into: pool) {
                for flows in pool.look().flows { try await hand(flows, names, deliver) }
            }
        } catch {
            failure = error
        }
        // Also after a failure: the threads have an end.
        pool.beginFinish(number: 1, at: pass.latest)
        while true {
            let (outcome, isLast) = pool.finishSome()
            do {
                if failure == nil { for flows in outcome.flows { try await hand(flows, names, deliver) } }
            } catch {
                failure = error
            }
            guard isLast else { continue }
            if let failure { throw failure }
            return summary(pass, outcome.counters)
        }
    }

    private func summary(_ pass: borrowing FilePass, _ counters: FlowCacheCounters) -> Summary {
        var summary = Summary()
        summary.frames = pass.frames
        summary.records = counters.records
        summary.flows = counters.flows
        summary.evicted = counters.evicted
        summary.notMetered = pass.counters.notMetered
        if counters.sampledOut > 0 { summary.notMetered["sampled-out"] = counters.sampledOut }
        summary.damage = pass.damage
        if summary.frames > 0 { (summary.first, summary.last) = (pass.earliest, pass.latest) }
        return summary
    }

    private func hand(
        _ flows: FlowBatch, _ names: [String], _ deliver: (FlowBatch) async throws -> Void
    ) async throws {
        var batch = flows
        batch.names = names
        try await deliver(batch)
    }
}
