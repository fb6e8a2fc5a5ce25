import Capture
import FlowModel
import PacketDecoding
import TestSupport

/// What the decoder sees in a capture file, in the words of the shared captures' truth tables.
struct CaptureView {
    /// A one-way flow by its innermost packet; ICMP type and code stand for the ports.
    struct OneWay: Hashable, CustomStringConvertible {
        var source: String
        var destination: String
        var proto: UInt8
        var first: String
        var second: String
        var description: String { "\(source):\(first) > \(destination):\(second) protocol \(proto)" }
    }
    struct Sum: Equatable {
        var packets: UInt64 = 0
        var octets: UInt64 = 0
        var tcpFlags: UInt8 = 0
    }

    var flows: [OneWay: Sum] = [:]
    /// `vlan` and VNI as the table writes them, each with its one-way flow.
    var tenants: [String: UInt64] = [:]
    var communityIDs: [OneWay: String] = [:]
    /// Flows of later fragments whose first was not seen.
    var withoutTransport: Set<OneWay> = []
    var outcomes = DecodeCounters()
    var fragments = FragmentTable.Counters()
    var packets: UInt64 = 0
    var octets: UInt64 = 0
    var problem: CaptureError?

    init(path: String, configuration: PacketDecoder.Configuration = PacketDecoder.Configuration()) {
        do throws(CaptureError) {
            try read(path, configuration)
        } catch {
            problem = error
        }
    }

    private mutating func read(_ path: String, _ configuration: PacketDecoder.Configuration) throws(CaptureError) {
        var file = try CaptureFile(path: path)
        guard let linkType = LinkType(number: file.linkType) else {
            throw CaptureError(.unknownLinkType, place: path, "link type \(file.linkTypeName)")
        }
        let decoder = PacketDecoder(linkType: linkType, configuration: configuration)
        var table = FragmentTable(seed: 1)
        var view = self
        defer {
            view.fragments = table.counters
            self = view
        }
        var observation = PacketObservation()
        while try file.read(
            limit: 1000,
            { octets, wireLength, time in
                observation.timestampNanoseconds = time
                let outcome = decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &table)
                view.outcomes.count(outcome)
                guard outcome == .observed else { return }
                view.count(observation)
                if table.counters.withoutFirst > view.fragments.withoutFirst {
                    view.withoutTransport.insert(OneWay(observation))
                    view.fragments = table.counters
                }
            })
        {}
    }

    private mutating func count(_ observation: PacketObservation) {
        packets += 1
        octets += UInt64(observation.octets)
        let flow = OneWay(observation)
        var sum = flows[flow] ?? Sum()
        sum.packets += 1
        sum.octets += UInt64(observation.octets)
        sum.tcpFlags |= observation.tcpFlags.rawValue
        flows[flow] = sum
        if sum.packets == 1 { communityIDs[flow] = CommunityID.text(of: observation.key, isOneWay: observation.isOneWay) }
        let tags = [observation.vlan, observation.innerVLAN].filter { $0 != .max }.map(String.init).joined(separator: "/")
        tenants["\(flow) vlan \(tags) vni \(observation.vni == .max ? "" : String(observation.vni))", default: 0] += 1
    }

    /// Flows with both directions joined: ICMP and protocols without ports are one for each pair of addresses.
    var bidirectional: [String: Int] {
        var seen: [String: Set<[String]>] = [:]
        for flow in flows.keys {
            // What a fragment without its first belongs to, tshark does not say.
            let isKnown = !withoutTransport.contains(flow)
            let hasPorts = isKnown && [6, 17, 132].contains(flow.proto)
            let ends = [
                flow.source + (hasPorts ? " " + flow.first : ""), flow.destination + (hasPorts ? " " + flow.second : ""),
            ].sorted()
            seen[isKnown ? Self.kind(flow.proto) : "other", default: []].insert(ends + [String(flow.proto)])
        }
        return seen.mapValues(\.count)
    }

    private static func kind(_ proto: UInt8) -> String {
        switch proto {
        case 1, 58: "icmp"
        case 6: "tcp"
        case 17: "udp"
        case 132: "sctp"
        default: "other"
        }
    }
}

extension CaptureView.OneWay {
    init(_ observation: PacketObservation) {
        let isICMP = observation.icmpType != .max
        let key = observation.key
        self.init(
            source: key.sourceAddress.description, destination: key.destinationAddress.description,
            proto: key.protocolIdentifier,
            first: String(isICMP ? UInt16(observation.icmpType) : key.sourceTransportPort),
            second: String(isICMP ? UInt16(observation.icmpCode) : key.destinationTransportPort))
    }

    /// A row of `truth-flows.csv`; nil when the protocol is none that has a number here.
    init?(_ row: CSVTable.Row) {
        let names: [String: UInt8] = [
            "icmp": 1, "igmp": 2, "tcp": 6, "udp": 17, "dccp": 33, "rsvp": 46, "esp": 50, "ah": 51, "icmpv6": 58, "eigrp": 88,
            "ospf": 89, "pim": 103, "ipcomp": 108, "vrrp": 112, "sctp": 132,
        ]
        guard let proto = names[row["proto"]] ?? UInt8(row["proto"]) else { return nil }
        self.init(
            source: row["inner_src"], destination: row["inner_dst"], proto: proto, first: row["src_port_or_type"],
            second: row["dst_port_or_code"])
    }
}
