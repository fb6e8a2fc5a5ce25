import AgentService
import FlowModel
import Metering
import TestSupport
import Testing

/// A capture file's way through reading, decoding and metering, on one thread and on several.
@Suite(
    "Metering files", .enabled(if: GeneratedTraffic.isAvailable, "needs the shared traffic generator and a C compiler"))
struct FileMeterTests {
    private struct Broken: Error {}

    @Test("the truth comes out on any number of threads", arguments: [1, 2, 3])
    func threads(count: Int) async throws {
        for (profile, flows) in [("mix", 10_000), ("overlay", 10_000), ("churn", 50_000)] {
            let traffic = try GeneratedTraffic(
                options: ["--profile", profile, "--packets", "200000", "--flows", String(flows)], seed: count)
            var meter = FileMeter()
            meter.threads = count
            var sums = BiflowSums()
            var records: UInt64 = 0
            let summary = try await meter.meter(path: traffic.capture) { flows in
                sums.add(flows)
                records += UInt64(flows.count)
            }
            #expect(summary.frames == 200_000)
            #expect(summary.notMetered.isEmpty)
            #expect(summary.flows == UInt64(flows))
            #expect(summary.records == records)
            #expect(sums.biflows == Set(traffic.truth))
        }
    }

    @Test("the same file and seed give the same batches")
    func repeatable() async throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "mix", "--packets", "100000", "--flows", "5000"], seed: 4)
        var meter = FileMeter()
        meter.seed = (7, 8)
        var passes: [[[FlowRecord]]] = [[], []]
        for pass in passes.indices {
            _ = try await meter.meter(path: traffic.capture) { flows in
                passes[pass].append((0..<flows.count).map { flows[$0] })
            }
        }
        #expect(passes[0] == passes[1])
    }

    @Test("whoever takes the batches may give up, and all threads end", arguments: [1, 3])
    func givingUp(threads: Int) async throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "churn", "--packets", "100000", "--flows", "50000"], seed: 5)
        var meter = FileMeter()
        meter.threads = threads
        await #expect(throws: Broken.self) { try await meter.meter(path: traffic.capture) { _ in throw Broken() } }
    }

    @Test("sampled packets are counted, and the interval is in every record", arguments: [1, 2])
    func sampling(threads: Int) async throws {
        let traffic = try GeneratedTraffic(options: ["--profile", "mix", "--packets", "100000", "--flows", "5000"], seed: 6)
        var meter = FileMeter()
        meter.threads = threads
        meter.cache.sampling = .systematic(interval: 10)
        var packets: UInt64 = 0
        var intervals: Set<UInt32> = []
        let summary = try await meter.meter(path: traffic.capture) { flows in
            for row in 0..<flows.count {
                packets += flows.packetDeltaCount[row] + flows.reversePacketDeltaCount[row]
                intervals.insert(flows.samplingInterval[row])
            }
        }
        #expect(intervals == [10])
        #expect(packets + (summary.notMetered["sampled-out"] ?? 0) == 100_000)
        // One in ten of each thread's packets, the first of each.
        #expect(packets >= 10_000 && packets < 10_000 + UInt64(threads))
    }
}

/// Records summed by flow, to be compared with the generator's truth.
struct BiflowSums {
    private var sums: [String: GeneratedTraffic.Biflow] = [:]
    var biflows: Set<GeneratedTraffic.Biflow> { Set(sums.values) }

    mutating func add(_ flows: FlowBatch) {
        for row in 0..<flows.count {
            let record = flows[row]
            let vni = record.vni == .max ? "0" : String(record.vni)
            let vlan = record.vlan == .max ? "0" : String(record.vlan)
            let source = record.sourceAddress.description, destination = record.destinationAddress.description
            let key = "\(vni) \(vlan) \(record.protocolIdentifier) \(source) \(record.sourceTransportPort) \(destination) \(record.destinationTransportPort)"
            var sum = sums[key] ?? GeneratedTraffic.Biflow(
                vni: vni, vlan: vlan, proto: Int(record.protocolIdentifier), client: source,
                clientPort: Int(record.sourceTransportPort), server: destination,
                serverPort: Int(record.destinationTransportPort), packets: 0, bytes: 0, revPackets: 0, revBytes: 0, flags: 0, revFlags: 0)
            sum.packets += record.packetDeltaCount
            sum.bytes += record.octetDeltaCount
            sum.revPackets += record.reversePacketDeltaCount
            sum.revBytes += record.reverseOctetDeltaCount
            sum.flags |= record.tcpControlBits.rawValue
            sum.revFlags |= record.reverseTCPControlBits.rawValue
            sums[key] = sum
        }
    }
}
