import Capture
import FlowModel
import Foundation
import PacketDecoding
import TestSupport
import Testing

/// Community IDs of decoded packets, against the specification's baselines and against tshark.
@Suite("Community IDs")
struct CommunityIDTests {
    struct Row: Decodable {
        let proto: UInt8
        let saddr: String
        let daddr: String
        let sport: UInt16?
        let dport: UInt16?
        let communityid: String
    }

    static func baseline(_ name: String) throws -> [Row] {
        let path = try #require(SharedFolder.path("captures/communityid/" + name))
        return try JSONDecoder().decode([Row].self, from: try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// The decoder's key of every packet of the specification's captures.
    static func observations() throws -> [PacketObservation] {
        var result: [PacketObservation] = []
        for name in ["icmp", "icmp6", "ipv6", "rsvp", "sctp", "tcp", "udp", "arp"] {
            var file = try CaptureFile(path: try #require(SharedFolder.path("captures/communityid/\(name).pcap")))
            let decoder = PacketDecoder(linkType: try #require(LinkType(number: file.linkType)))
            var fragments = FragmentTable(seed: 1)
            var observation = PacketObservation()
            while try file.read(
                limit: 100,
                { octets, wireLength, time in
                    observation.timestampNanoseconds = time
                    if decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments).isObserved {
                        result.append(observation)
                    }
                })
            {}
        }
        return result
    }

    @Test(
        "every packet of the specification's captures has an ID of the baseline, and every ID a packet",
        .enabled(if: SharedFolder.url != nil, "needs the shared captures"),
        arguments: [("baseline_deflt.json", UInt16(0)), ("baseline_seed1.json", 1)])
    func baselines(name: String, seed: UInt16) throws {
        var expected: [String: String] = [:]
        for row in try Self.baseline(name) {
            expected["\(row.proto) \(row.saddr) \(row.daddr) \(row.sport ?? 0) \(row.dport ?? 0)"] = row.communityid
        }
        var seen: [String: String] = [:]
        for observation in try Self.observations() {
            let key = observation.key
            let ports = "\(key.sourceTransportPort) \(key.destinationTransportPort)"
            let text = "\(key.protocolIdentifier) \(key.sourceAddress) \(key.destinationAddress) \(ports)"
            seen[text] = CommunityID.text(of: key, isOneWay: observation.isOneWay, seed: seed)
        }
        #expect(seen.count > 20)
        #expect(seen == expected)
    }

    @Test("all flows of the shared captures have tshark's IDs", .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func captures() throws {
        var expected: [String: [CaptureView.OneWay: String]] = [:]
        for row in try CSVTable(path: try #require(SharedFolder.path("captures/truth-flows.csv"))).rows {
            guard let flow = CaptureView.OneWay(row), CaptureExceptions.reasons[row["file"]] == nil else { continue }
            expected[row["file"], default: [:]][flow] = row["community_id_v1"]
        }
        var compared = 0
        for (file, flows) in expected {
            guard let path = SharedFolder.path("captures/" + file) else { continue }
            let view = CaptureView(path: path)
            for (flow, identifier) in flows {
                compared += 1
                #expect(view.communityIDs[flow] == identifier, "\(file): \(flow)")
            }
        }
        #expect(compared > 8000)
    }
}
