import FlowModel
import Metering
import PacketDecoding

/// What the meter's fuzzer looks for, beside traps: an account that does not balance: captured = metered + witnessed + sampled
/// out + not metered, and the packets of all records are the metered ones. The ordinary tests replay with it what the
/// fuzzer has found.
enum MeterCheck {
    /// - Parameter input: frames one after the other, each behind a head of four octets: length / 2, interface and direction,
    ///   and two octets of time: a step in milliseconds, which may go back.
    /// - Returns: what is wrong; nil for nothing.
    static func fault(in input: borrowing Span<UInt8>, _ sampling: PacketSampling = .everyPacket) -> String? {
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = 16
        // The sanitizer pays for every byte that a cache reserves.
        configuration.byteLimit = 1 << 16
        configuration.sampling = sampling
        var cache = FlowCache(configuration: configuration, seed: (1, 2), epoch: 3)
        let decoder = PacketDecoder(linkType: .ethernet)
        var fragments = FragmentTable(capacity: 16, seed: 1)
        cache.setWorkload(interface: 1, true)
        var account = MeterAccount()
        var observations: [PacketObservation] = []
        var time: Int64 = 1_700_000_000_000_000_000
        var offset = 0
        while offset + 4 <= input.count {
            let length = min(Int(input[offset]) * 2, input.count - offset - 4)
            let point = input[offset + 1]
            let step = Int64(Int16(bitPattern: UInt16(input[offset + 2]) << 8 | UInt16(input[offset + 3])))
            time &+= step &* 1_000_000
            let frame = input.extracting((offset + 4)..<(offset + 4 + length))
            offset += 4 + length
            var observation = PacketObservation()
            observation.timestampNanoseconds = time
            observation.interface = UInt16(point & 3)
            observation.direction = point & 4 == 0 ? .ingress : .egress
            account.captured += 1
            // The frame's octets outlive the call.
            if unsafe decoder.decode(frame.bytes, wireLength: length, into: &observation, fragments: &fragments) == .observed {
                observations.append(observation)
            } else {
                account.notMetered += 1
            }
            // Batches of every size, and time that goes on between them.
            if point & 8 != 0 {
                cache.meter(observations.span)
                observations.removeAll(keepingCapacity: true)
                if point & 16 != 0 { cache.advance(to: time) }
                account.add(cache.drain())
            }
        }
        cache.meter(observations.span)
        cache.flush()
        account.add(cache.drain())
        return account.fault(of: cache.counters, unsettled: cache.unsettledPackets, left: cache.count)
    }
}

/// The sums of what went into a flow cache and of what came out.
struct MeterAccount {
    var captured: UInt64 = 0
    var notMetered: UInt64 = 0
    private var packets: UInt64 = 0
    private var witnessed: UInt64 = 0
    private var fault: String?

    mutating func add(_ flows: FlowBatch) {
        for row in 0..<flows.count {
            let both = flows.packetDeltaCount[row] + flows.reversePacketDeltaCount[row]
            packets += both
            if both == 0 { fault = "a record without a packet" }
            if flows.flowStartMilliseconds[row] > flows.flowEndMilliseconds[row] { fault = "a record ends before it begins" }
            if flows.initialStartMilliseconds[row] > flows.flowStartMilliseconds[row] { fault = "a record begins before its flow" }
        }
        for record in flows.witnessRecords { witnessed += record.packetDeltaCount + record.reversePacketDeltaCount }
    }

    /// What is wrong at the end, when all has been added; nil for nothing.
    func fault(of counters: FlowCacheCounters, unsettled: UInt64, left: Int) -> String? {
        if let fault { return fault }
        if captured != counters.metered + counters.witnessed + counters.sampledOut + notMetered { return "packets are lost or counted twice" }
        if packets != counters.metered + unsettled { return "the records hold other packets than were metered" }
        if witnessed + counters.witnessedUnlisted + unsettled != counters.witnessed {
            return "the witness records hold other packets than were witnessed"
        }
        return left == 0 ? nil : "flows are left behind"
    }
}
