import Capture
import FlowModel
import Metering
import PacketDecoding
import TestSupport
import Testing

/// The generator's truth: every biflow with exact packets, octets, flags and initiator, and none beside it.
@Suite("Generated traffic")
struct GeneratedTrafficTests {
    @Test(
        "the small profile is metered exactly",
        .enabled(if: GeneratedTraffic.isAvailable, "needs the shared traffic generator and a C compiler"),
        arguments: [1, 2, 3])
    func small(seed: Int) throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "small"], seed: seed)
        let records = try meterFile(traffic.capture)
        let metered = sum(records)
        var missing = 0
        for biflow in traffic.truth where !metered.contains(biflow) {
            missing += 1
            if missing <= 5 { Issue.record("not metered as the truth has it: \(biflow)") }
        }
        #expect(missing == 0)
        #expect(metered.count == traffic.truth.count)
    }

    @Test(
        "a cache of a twentieth of the flows loses no packet: what goes early is counted and comes again",
        .enabled(if: GeneratedTraffic.isAvailable, "needs the shared traffic generator and a C compiler"))
    func smallCache() throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "small"], seed: 4)
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = 500
        var evicted: UInt64 = 0
        let records = try meterFile(traffic.capture, configuration) { evicted = $0.evicted }
        #expect(evicted > 0)
        let packets = (0..<records.count).reduce(UInt64(0)) {
            $0 + records.packetDeltaCount[$1] + records.reversePacketDeltaCount[$1]
        }
        #expect(packets == traffic.truth.reduce(0) { $0 + $1.packets + $1.revPackets })
        let resources = records.flowEndReason.filter { $0 == .lackOfResources }.count
        #expect(UInt64(resources) == evicted)
    }

    private func sum(_ records: FlowBatch) -> Set<GeneratedTraffic.Biflow> {
        var sums: [FlowKey: GeneratedTraffic.Biflow] = [:]
        for row in 0..<records.count {
            let record = records[row]
            let key = FlowKey(
                tenant: record.tenant, protocolIdentifier: record.protocolIdentifier, sourceAddress: record.sourceAddress,
                destinationAddress: record.destinationAddress, sourceTransportPort: record.sourceTransportPort,
                destinationTransportPort: record.destinationTransportPort)
            var sum = sums[key] ?? GeneratedTraffic.Biflow(
                vni: record.vni == .max ? "0" : String(record.vni), vlan: record.vlan == .max ? "0" : String(record.vlan),
                proto: Int(record.protocolIdentifier), client: record.sourceAddress.description,
                clientPort: Int(record.sourceTransportPort), server: record.destinationAddress.description,
                serverPort: Int(record.destinationTransportPort), packets: 0, bytes: 0, revPackets: 0, revBytes: 0,
                flags: 0, revFlags: 0)
            sum.packets += record.packetDeltaCount
            sum.bytes += record.octetDeltaCount
            sum.revPackets += record.reversePacketDeltaCount
            sum.revBytes += record.reverseOctetDeltaCount
            sum.flags |= record.tcpControlBits.rawValue
            sum.revFlags |= record.reverseTCPControlBits.rawValue
            sums[key] = sum
        }
        return Set(sums.values)
    }
}

/// Meters a capture file from its first to its last frame.
func meterFile(
    _ path: String, _ configuration: FlowCacheConfiguration = FlowCacheConfiguration(),
    _ atEnd: (FlowCacheCounters) -> Void = { _ in }
) throws -> FlowBatch {
    var file = try CaptureFile(path: path)
    let linkType = try #require(LinkType(number: file.linkType))
    let decoder = PacketDecoder(linkType: linkType)
    var cache = FlowCache(configuration: configuration, seed: (1, 2), epoch: 3)
    var fragments = FragmentTable(seed: 4)
    var observation = PacketObservation()
    var latest: Int64 = 0
    while try file.read(
        limit: 256,
        { octets, wireLength, time in
            observation.timestampNanoseconds = time
            latest = max(latest, time)
            let outcome = decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments)
            if outcome == .observed { cache.meter(observation) }
        })
    {
        cache.advance(to: latest)
    }
    cache.flush()
    atEnd(cache.counters)
    return cache.drain()
}
