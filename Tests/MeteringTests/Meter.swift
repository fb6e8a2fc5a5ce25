import FlowModel
import Metering

/// A flow cache that tests feed with hand-written packets.
final class Meter {
    var cache: FlowCache

    init(_ configuration: FlowCacheConfiguration = FlowCacheConfiguration(), seed: (UInt64, UInt64) = (1, 2)) {
        cache = FlowCache(configuration: configuration, seed: seed, epoch: 3)
    }

    var counters: FlowCacheCounters { cache.counters }
    var count: Int { cache.count }

    func send(_ packets: PacketObservation...) { send(packets) }

    func send(_ packets: [PacketObservation]) {
        for packet in packets { cache.meter(packet) }
    }

    /// Lets time go on in steps as small as an agent's.
    func advance(to seconds: Double, from start: Double = 0) {
        var now = start
        while now < seconds {
            cache.advance(to: Packet.time(now))
            now += 0.25
        }
        cache.advance(to: Packet.time(seconds))
    }

    /// What is ready.
    func drain() -> [FlowRecord] {
        let batch = cache.drain()
        return (0..<batch.count).map { batch[$0] }
    }

    /// Ends everything, with what the witnesses saw.
    func finishAll() -> FlowBatch {
        cache.flush()
        return cache.drain()
    }

    /// Ends everything.
    func finish() -> [FlowRecord] {
        cache.flush()
        return drain()
    }
}

extension FlowRecord {
    /// `10.0.0.1:40000 > 10.0.0.2:80`
    var sides: String { "\(sourceAddress):\(sourceTransportPort) > \(destinationAddress):\(destinationTransportPort)" }
    var start: Double { Double(flowStartMilliseconds - Packet.epoch / 1_000_000) / 1000 }
    var end: Double { Double(flowEndMilliseconds - Packet.epoch / 1_000_000) / 1000 }
    /// Packets of both directions.
    var allPackets: UInt64 { packetDeltaCount + reversePacketDeltaCount }
    var allOctets: UInt64 { octetDeltaCount + reverseOctetDeltaCount }
}
