import Capture
import FlowModel
import PacketDecoding

/// One pass over a capture file: reads, decodes, and keeps the account of the frames.
struct FilePass: ~Copyable {
    private var file: CaptureFile
    private let decoder: PacketDecoder
    private var block = ObservationBlock()
    private let framesAtOnce: Int
    private var isEnded = false
    private(set) var fragments: FragmentTable
    private(set) var counters = DecodeCounters()
    private(set) var latest: Int64 = .min
    private(set) var earliest: Int64 = .max
    private(set) var damage: CaptureError?
    /// Packets since records were last asked for.
    private var sincePublished = 0

    init(file: consuming CaptureFile, decoder: PacketDecoder, fragments: consuming FragmentTable, framesAtOnce: Int) {
        self.file = file
        self.decoder = decoder
        self.fragments = fragments
        self.framesAtOnce = framesAtOnce
    }

    var frames: UInt64 { DecodeOutcome.allCases.reduce(0) { $0 + counters[$1] } }

    /// Reads frames until there may be a batch of records.
    ///
    /// - Returns: false at the end of what can be read.
    mutating func read(into pool: MeterPool) -> Bool {
        while !isEnded, sincePublished < framesAtOnce {
            sincePublished += fill()
            block.orders.append(.advance(latest))
            if sincePublished >= framesAtOnce { block.orders.append(.publish(0)) }
            pool.take(&block)
        }
        sincePublished = 0
        return !isEnded
    }

    /// Fills the block, as far as the file goes.
    ///
    /// - Returns: how many frames were read.
    private mutating func fill() -> Int {
        var read = 0
        var (first, last) = (earliest, latest)
        // Held once for all frames.
        let decoder = decoder
        do throws(CaptureError) {
            let goesOn = try file.read(limit: ObservationBlock.capacity) { octets, wireLength, time in
                first = min(first, time)
                last = max(last, time)
                read &+= 1
                block.next { observation in
                    observation.timestampNanoseconds = time
                    let outcome = decoder.decode(
                        octets, wireLength: wireLength, into: &observation, fragments: &fragments)
                    counters.count(outcome)
                    return outcome.isObserved
                }
            }
            if !goesOn { isEnded = true }
        } catch {
            damage = error
            isEnded = true
        }
        (earliest, latest) = (first, last)
        return read
    }
}
