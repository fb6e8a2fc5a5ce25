/// What one transfer of the lab sent, by the counters of its two senders.
struct TransferTruth: Decodable {
    let id: String
    let kind: String
    let proto: String
    let src: String
    let srcPort: Int?
    let dst: String
    let vni: Int
    let client: String
    let server: String
    let fwdPackets: Int
    let fwdBytes: Int
    let revPackets: Int
    let revBytes: Int

    /// The port of the server; a scan has a span of them, which is no number.
    let dstPort: Port

    enum Port: Decodable {
        case one(Int)
        case span(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let port = try? container.decode(Int.self) {
                self = .one(port)
            } else {
                self = .span(try container.decode(String.self))
            }
        }
    }

    /// True when client and server are workloads of two hosts.
    var crossesHosts: Bool { client.first != server.first }
    /// The agent of the client's host, which owns the source address.
    var owner: String { client.hasPrefix("a") ? "h1" : "h2" }
    /// The agent of the server's host.
    var witness: String { server.hasPrefix("a") ? "h1" : "h2" }

    /// The captured interfaces of an agent's host that its packets cross.
    func interfaces(of agent: String) -> Set<String> {
        let workloads = [client, server].filter { $0.hasPrefix(agent == "h1" ? "a" : "b") }.map { "veth-\($0)" }
        return Set(workloads + (crossesHosts ? ["br0", "vxlan0", "underlay0"] : ["br0"]))
    }
}

/// A 5-tuple in its virtual network, by which truth and answer meet.
///
/// All pings between two addresses are one flow: the echo identifier is not in the key.
struct TransferKey: Hashable, CustomStringConvertible {
    var proto: String
    var src: String
    var srcPort: Int
    var dst: String
    var dstPort: Int
    var vni: Int?

    init?(_ truth: TransferTruth) {
        guard case .one(let port) = truth.dstPort else { return nil }
        (proto, src, srcPort, dst, dstPort, vni) = (truth.proto, truth.src, truth.srcPort ?? 0, truth.dst, port, truth.vni)
    }

    init(_ row: FlowRow) {
        (proto, src, srcPort, dst, dstPort, vni) = (row.proto, row.src, row.srcPort ?? 0, row.dst, row.dstPort ?? 0, row.vni)
    }

    var description: String { "\(proto) \(src) \(srcPort) → \(dst) \(dstPort) vni \(vni.map(String.init) ?? "none")" }
}

/// Packets and IP octets both ways.
struct Volume: Equatable, CustomStringConvertible {
    var packets = 0
    var bytes = 0
    var revPackets = 0
    var revBytes = 0

    init() {}
    init(_ truth: TransferTruth) {
        (packets, bytes, revPackets, revBytes) = (truth.fwdPackets, truth.fwdBytes, truth.revPackets, truth.revBytes)
    }
    init(_ row: FlowRow) {
        (packets, bytes, revPackets, revBytes) = (row.packets, row.bytes, row.revPackets, row.revBytes)
    }

    static func += (left: inout Volume, right: Volume) {
        left.packets += right.packets
        left.bytes += right.bytes
        left.revPackets += right.revPackets
        left.revBytes += right.revBytes
    }

    var description: String { "\(packets) packets \(bytes) bytes, back \(revPackets) packets \(revBytes) bytes" }
}

extension [FlowRow] {
    /// The sums of the rows by key.
    var volumes: [TransferKey: Volume] {
        reduce(into: [:]) { sums, row in sums[TransferKey(row), default: Volume()] += Volume(row) }
    }
}

extension [TransferTruth] {
    /// The sums by key of the transfers with one server port; scans are left out.
    var volumes: [TransferKey: Volume] {
        reduce(into: [:]) { sums, truth in
            if let key = TransferKey(truth) { sums[key, default: Volume()] += Volume(truth) }
        }
    }
}
