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

    @Test(
        "all five profiles are metered exactly, in batches, on one shard and on two",
        .enabled(if: GeneratedTraffic.isAvailable, "needs the shared traffic generator and a C compiler"),
        arguments: [("mix", 10_000), ("small", 10_000), ("churn", 100_000), ("elephants", 200), ("overlay", 10_000)], [11, 12])
    func profiles(profile: (name: String, flows: Int), seed: Int) throws {
        let flows = profile.flows
        let traffic = try GeneratedTraffic(
            options: ["--profile", profile.name, "--packets", "200000", "--flows", String(flows)], seed: seed)
        let truth = Set(traffic.truth)
        #expect(truth.count == flows)
        for shards in [1, 2] {
            let (records, counters) = try meterInShards(traffic.capture, shards: shards)
            #expect(counters.metered == 200_000)
            #expect(counters.witnessed == 0)
            #expect(counters.records == UInt64(records.count))
            let metered = sum(records)
            #expect(metered.subtracting(truth).isEmpty)
            #expect(truth.subtracting(metered).isEmpty)
            #expect(records.flowId.count == Set(zip(records.flowId, records.part).map { "\($0) \($1)" }).count)
            // Nothing is sent twice or out of order in generated traffic.
            for row in 0..<records.count where records.protocolIdentifier[row] == 6 {
                #expect(
                    [records.retransmits[row], records.reverseRetransmits[row], records.outOfOrder[row], records.reverseOutOfOrder[row]]
                        == [0, 0, 0, 0])
            }
        }
    }

    @Test(
        "churn at a small bound: memory flat, evictions counted, every packet in a record",
        .enabled(if: GeneratedTraffic.isAvailable, "needs the shared traffic generator and a C compiler"))
    func churnAtBound() throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "churn", "--packets", "300000", "--flows", "150000"], seed: 5)
        var configuration = FlowCacheConfiguration()
        configuration.flowLimit = 1000
        var cache = FlowCache(configuration: configuration, seed: (1, 2), epoch: 3)
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var resources: UInt64 = 0
        func take(_ batch: FlowBatch) {
            for row in 0..<batch.count {
                packets += batch.packetDeltaCount[row] + batch.reversePacketDeltaCount[row]
                octets += batch.octetDeltaCount[row] + batch.reverseOctetDeltaCount[row]
                if batch.flowEndReason[row] == .lackOfResources { resources += 1 }
            }
        }
        var bytes: Set<Int> = []
        var latest: Int64 = .min
        for round in 0..<3 {
            try readObservations(traffic.capture) { observations in
                var shifted = observations
                for position in shifted.indices { shifted[position].timestampNanoseconds += Int64(round) * 3_600_000_000_000 }
                cache.meter(shifted.span)
                latest = max(latest, shifted.last?.timestampNanoseconds ?? latest)
                cache.advance(to: latest)
                #expect(cache.count <= 1000)
                if cache.exported.count > 4096 { take(cache.drain()) }
            }
            bytes.insert(cache.bytesUsed)
        }
        cache.flush()
        take(cache.drain())
        #expect(packets == 900_000)
        #expect(cache.counters.metered == 900_000)
        #expect(octets == 3 * traffic.truth.reduce(0) { $0 + $1.bytes + $1.revBytes })
        #expect(cache.counters.evicted > 0)
        #expect(resources == cache.counters.evicted)
        #expect(bytes.count == 1)
        #expect(bytes.allSatisfy { $0 <= 1000 * (32 + 64 + 80 + 36) + 2048 * 8 })
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

/// Reads a capture file; observations come in batches of 256 frames.
func readObservations(_ path: String, _ take: ([PacketObservation]) -> Void) throws {
    var file = try CaptureFile(path: path)
    let linkType = try #require(LinkType(number: file.linkType))
    let decoder = PacketDecoder(linkType: linkType)
    var fragments = FragmentTable(seed: 1)
    var observations: [PacketObservation] = []
    var goesOn = true
    while goesOn {
        var observation = PacketObservation()
        goesOn = try file.read(limit: 256) { octets, wireLength, time in
            observation.timestampNanoseconds = time
            if decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments).isObserved { observations.append(observation) }
        }
        take(observations)
        observations.removeAll(keepingCapacity: true)
    }
}

/// Meters a capture file in batches, each packet in its flow's shard.
private func meterInShards(_ path: String, shards: Int) throws -> (FlowBatch, FlowCacheCounters) {
    var records = FlowBatch()
    var counters = FlowCacheCounters()
    for shard in 0..<shards {
        var cache = FlowCache(configuration: FlowCacheConfiguration(), seed: (1, 2), epoch: 3, shard: UInt8(shard))
        var latest: Int64 = .min
        func take(_ batch: FlowBatch) { for row in 0..<batch.count { records.append(batch[row]) } }
        try readObservations(path) { observations in
            for observation in observations { latest = max(latest, observation.timestampNanoseconds) }
            let own = observations.filter { FlowShard.index(of: $0, count: shards, seed: 99) == shard }
            cache.meter(own.span)
            while !cache.advance(to: latest, recordLimit: 100) { take(cache.drain()) }
        }
        while !cache.flush(recordLimit: 1000) { take(cache.drain()) }
        take(cache.drain())
        counters += cache.counters
    }
    return (records, counters)
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
