import CFuzzer
import FlowModel
import Glibc
import Metering
import PacketDecoding

/// What is looked for: traps, and an account that does not balance: captured = metered + witnessed + not metered, and the
/// packets of all records are the metered ones.
///
/// Input: frames one after the other, each behind a head of four octets: length / 2, interface and direction, and two
/// octets of time: a step in milliseconds, which may go back.
private func meterOne(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    // The fuzzer lends `size` octets for the call.
    let input = unsafe UnsafeRawBufferPointer(start: data, count: size)
    var configuration = FlowCacheConfiguration()
    configuration.flowLimit = 16
    // The sanitizer pays for every byte that a cache reserves.
    configuration.byteLimit = 1 << 16
    var cache = FlowCache(configuration: configuration, seed: (1, 2), epoch: 3)
    let decoder = PacketDecoder(linkType: .ethernet)
    var fragments = FragmentTable(capacity: 16, seed: 1)
    cache.setWorkload(interface: 1, true)
    var account = Account()
    var observations: [PacketObservation] = []
    var time: Int64 = 1_700_000_000_000_000_000
    var offset = 0
    while offset + 4 <= size {
        let length = unsafe min(Int(input[offset]) * 2, size - offset - 4)
        let point = unsafe input[offset + 1]
        let step = unsafe Int64(Int16(bitPattern: UInt16(input[offset + 2]) << 8 | UInt16(input[offset + 3])))
        time &+= step &* 1_000_000
        let frame = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: input[(offset + 4)..<(offset + 4 + length)]))
        offset += 4 + length
        var observation = PacketObservation()
        observation.timestampNanoseconds = time
        observation.interface = UInt16(point & 3)
        observation.direction = point & 4 == 0 ? .ingress : .egress
        account.captured += 1
        if decoder.decode(frame, wireLength: length, into: &observation, fragments: &fragments) == .observed {
            observations.append(observation)
        } else {
            account.notMetered += 1
        }
        // Batches of every size, and time that goes on between them.
        if point & 8 != 0 {
            meter(&observations, into: &cache)
            if point & 16 != 0 { cache.advance(to: time) }
            account.add(cache.drain())
        }
    }
    meter(&observations, into: &cache)
    cache.flush()
    account.add(cache.drain())
    let counters = cache.counters
    precondition(account.captured == counters.metered + counters.witnessed + account.notMetered, "packets are lost or counted twice")
    let unsettled = cache.unsettledPackets
    precondition(account.packets == counters.metered + unsettled, "the records hold other packets than were metered")
    precondition(
        account.witnessed + counters.witnessedUnlisted + unsettled == counters.witnessed,
        "the witness records hold other packets than were witnessed")
    precondition(cache.count == 0, "flows are left behind")
    return 0
}

private func meter(_ observations: inout [PacketObservation], into cache: inout FlowCache) {
    cache.meter(observations.span)
    observations.removeAll(keepingCapacity: true)
}

private struct Account {
    var captured: UInt64 = 0
    var notMetered: UInt64 = 0
    var packets: UInt64 = 0
    var witnessed: UInt64 = 0

    mutating func add(_ flows: FlowBatch) {
        for row in 0..<flows.count {
            packets += flows.packetDeltaCount[row] + flows.reversePacketDeltaCount[row]
            precondition(flows.flowStartMilliseconds[row] <= flows.flowEndMilliseconds[row], "a record ends before it begins")
            precondition(flows.initialStartMilliseconds[row] <= flows.flowStartMilliseconds[row], "a record begins before its flow")
        }
        for record in flows.witnessRecords { witnessed += record.packetDeltaCount + record.reversePacketDeltaCount }
    }
}

@main enum MeterFuzzer {
    static func main() {
        var count = CommandLine.argc
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = unsafe CommandLine.unsafeArgv
        // The driver reads the program's own arguments, which live as long as it does.
        exit(unsafe LLVMFuzzerRunDriver(&count, &arguments) { unsafe meterOne($0, $1) })
    }
}
