import FlowModel
import Glibc

/// One flow of the model, before it becomes a record, an IPFIX record or a line of text.
struct ModelFlow {
    var number = 0
    /// Milliseconds since 1970 UTC.
    var start: Int64 = 0
    var end: Int64 = 0
    var packets: UInt64 = 0
    var bytes: UInt64 = 0
    var reversePackets: UInt64 = 0
    var reverseBytes: UInt64 = 0
    var source = IPAddress.zero
    var destination = IPAddress.zero
    var sourcePort: UInt16 = 0
    /// Of ICMP: type × 256 + code, as exporters have it.
    var destinationPort: UInt16 = 0
    var proto: UInt8 = 0
    var flags: UInt8 = 0
    var reverseFlags: UInt8 = 0
    var endReason: UInt8 = 0
    /// 1 ... 50, 1 ... 24, 1 ... 24.
    var exporter: UInt32 = 0
    var input: UInt32 = 0
    var output: UInt32 = 0
    /// 0: none.
    var vni: UInt32 = 0
    var vlan: UInt16 = 0
    /// The client's number, of which what is made up for a metered record follows.
    var client: UInt32 = 0
}

/// East-west flows: 20,000 hosts, 2,000 services by Zipf's law (1.1), at most 24 services a client, a tenth IPv6, a fifth of
/// the clients in an overlay, nearly in the order of their ends; the same every time.
///
/// The model and the numbers drawn are those of `storebench` (the shared folder's C program), so that what is known of its
/// flows is known of these: 10 million have 14,316,931,749 bytes, 71,414,724 packets and 894,934 triples of source,
/// destination and destination port. Three things differ, on purpose: a needle of 20 flows stays one of 20 when there are more than ten
/// million, spread over all of them; time is an hour for each ten million; both ends of the needle are IPv4.
struct FlowGenerator {
    /// 2026-01-01T00:00:00Z.
    static let epoch: Int64 = 1_767_225_600_000
    static let needle = IPAddress(ipv4: 0x0A4D_4D4D)

    private static let hosts: UInt32 = 20_000
    private static let services = 2_000
    private static let needleEvery = 500_009
    private static let serverPorts: [UInt16] = [
        443, 8080, 5432, 6379, 9092, 80, 3306, 2379, 445, 389, 22, 9200, 27017, 5672, 6443, 10250, 8443, 50051, 2049, 4222,
    ]
    private static let datagramPorts: [UInt16] = [53, 123, 514, 8125]

    private struct Service {
        var host: UInt32
        var port: UInt16
        var datagramPort: UInt16
    }

    /// Flows in all: times are spread over them.
    let total: Int
    let hours: Int
    private let needleEvery: Int
    private(set) var made = 0
    private var random = RandomSequence()
    private var services: [Service] = []
    /// The service of each 65,536th part of popularity.
    private var popularity: [UInt16] = []

    /// - Parameter hours: nil is one for each ten million flows, at least one.
    init(total: Int, hours: Int? = nil) {
        self.total = max(1, total)
        let tens = max(1, total / 10_000_000)
        self.hours = max(1, hours ?? tens)
        needleEvery = Self.needleEvery * tens
        var sum = 0.0
        var reached: [Double] = []
        for rank in 0..<Self.services {
            let host = random.below(Self.hosts)
            let port = Self.serverPorts[(rank + Int(random.below(4))) % Self.serverPorts.count]
            let datagramPort = Self.datagramPorts[Int(random.below(4))]
            services.append(Service(host: host, port: port, datagramPort: datagramPort))
            sum += pow(Double(rank + 1), -1.1)
            reached.append(sum)
        }
        var rank = 0
        for part in 0..<65_536 {
            while rank < Self.services - 1, reached[rank] / sum < (Double(part) + 0.5) / 65_536 { rank += 1 }
            popularity.append(UInt16(truncatingIfNeeded: rank))
        }
    }

    var isAtEnd: Bool { made >= total }

    mutating func next() -> ModelFlow {
        var flow = ModelFlow()
        flow.number = made
        made += 1

        let draw = random.next() >> 32 & 1023
        flow.proto = draw < 20 ? 1 : draw < 276 ? 17 : 6
        // Clients are not equally busy, and each asks few services, some of them often.
        let uniform = random.fraction()
        var client = UInt32(uniform * uniform * Double(Self.hosts))
        let edge = UInt64(client * 24 + min(random.below(24), random.below(24)))
        let edgeHash = Self.mix(edge + 1)
        var clientHash = UInt64(client + 1) &* 0xD6E8_FEB8_6659_FD93
        clientHash ^= clientHash >> 32
        let service = services[Int(popularity[Int(edgeHash & 0xFFFF)])]
        if clientHash & 1023 < 205 {
            flow.vni = 5000 + UInt32(truncatingIfNeeded: clientHash >> 10 & 63)
        } else if clientHash >> 16 & 3 == 0 {
            flow.vlan = UInt16(truncatingIfNeeded: 100 + client % 16)
        }
        let server = flow.proto == 1 ? random.below(Self.hosts) : service.host
        if client == server { client = (client + 1) % Self.hosts }

        let isNeedle = flow.number % needleEvery == 1234
        let isIPv6 = edgeHash >> 16 & 1023 < 102 && !isNeedle
        flow.source = isNeedle ? Self.needle : Self.address(client, isIPv6: isIPv6)
        flow.destination = Self.address(server, isIPv6: isIPv6)
        if flow.proto == 1 {
            flow.destinationPort = 0x0800
        } else {
            flow.sourcePort = UInt16(truncatingIfNeeded: 32_768 + random.below(28_232))
            flow.destinationPort = flow.proto == 6 ? service.port : service.datagramPort
        }
        addCounters(&flow)
        flow.exporter = 1 + client % 50
        flow.input = 1 + client % 24
        flow.output = 1 + server % 24
        flow.client = client
        return flow
    }

    /// Sizes have a long tail (Pareto, 1.15), and so have lives.
    private mutating func addCounters(_ flow: inout ModelFlow) {
        let size = min(pow(1 - random.fraction(), -0.87), 1e5)
        flow.packets = 1 + UInt64(size)
        if random.below(16) != 0 { flow.reversePackets = flow.packets + UInt64(random.below(4)) - (flow.packets > 2 ? 1 : 0) }
        flow.bytes = flow.packets * UInt64(52 + random.below(300))
        flow.reverseBytes = flow.reversePackets * UInt64(52 + random.below(1200))
        flow.endReason = 1
        if flow.proto == 6 {
            flow.flags = random.below(10) != 0 ? 0x1B : 0x1A
            if flow.reversePackets > 0 { flow.reverseFlags = random.below(12) != 0 ? 0x1B : 0x16 }
            if flow.flags & 1 != 0 { flow.endReason = 3 }
        }
        let span = Double(3_600_000 * hours)
        flow.end = Self.epoch + Int64(Double(flow.number) * span / Double(total)) + Int64(random.below(200))
        flow.start = flow.end
        if flow.packets > 1 || flow.reversePackets > 0 {
            flow.start -= Int64(1 + size * 3 * -log(1 - random.fraction())) % 300_000
        }
    }

    /// 16 sites: 10.<site>.0.0/16 and fd00:0:0:<site>::/64.
    private static func address(_ host: UInt32, isIPv6: Bool) -> IPAddress {
        let (site, place) = (host % 16, host / 16)
        if isIPv6 { return IPAddress(high: 0xFD00_0000_0000_0000 | UInt64(site), low: UInt64(place + 1)) }
        return IPAddress(ipv4: 10 << 24 | site << 16 | (place / 200) << 8 | (1 + place % 200))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var hash = value &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 29
        hash = hash &* 0xBF58_476D_1CE4_E5B9
        return hash ^ (hash >> 32)
    }
}
