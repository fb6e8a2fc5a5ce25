import FlowModel
import IPFIX
import TestSupport
import Testing

/// Random definitions, withdrawals, ends and data of several connections, with datagrams beside them, against what RFC 7011 §8
/// says in so many words: each connection has its own table.
@Suite("connections of one exporter, against a model")
struct ConnectionModelTests {
    typealias T = ExportTester
    private struct Place: Hashable {
        var port: UInt16
        var id: UInt16
    }

    /// The two counters' elements of a template: octets are in the first place, the second, or nowhere.
    private static let layouts: [[UInt16]] = [[1, 2], [2, 1], [1, 210], [210, 1], [2, 210]]

    private static func template(_ id: UInt16, _ layout: [UInt16]) -> [UInt8] {
        FileBuilder.template(id, [(8, 4), (12, 4), (layout[0], 4), (layout[1], 4)])
    }

    private static func octets(_ layout: [UInt16], _ value: UInt32) -> UInt64 {
        layout.firstIndex(of: 1).map { UInt64(value) + UInt64($0) } ?? 0
    }

    @Test("every set is read by its own connection's definition, then or later, or not at all", arguments: 1...4 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var generator = SeededGenerator(seed)
        var tester = T()
        var known: [Place: [UInt16]] = [:]
        var waiting: [(place: Place, value: UInt32)] = []
        var (expired, withdrawn) = (0, 0)
        for step in 0..<6000 as Range<UInt32> {
            let place = Place(port: .random(in: 4000..<4006, using: &generator), id: .random(in: 300..<303, using: &generator))
            let layout = Self.layouts[Int.random(in: 0..<Self.layouts.count, using: &generator)]
            (tester.port, tester.transport) = (place.port, .stream)
            var expected: [UInt64] = []
            switch Int.random(in: 0..<20, using: &generator) {
            case 0..<4:
                tester.send([Self.template(place.id, layout)])
                known[place] = layout
                expected = waiting.filter { $0.place == place }.map { Self.octets(layout, $0.value) }
                waiting.removeAll { $0.place == place }
            case 4..<6:
                tester.send([FileBuilder.set(2, T.big(place.id) + [0, 0])])
                if known.removeValue(forKey: place) != nil { withdrawn += 1 }
            case 6:
                tester.send([FileBuilder.set(2, [0, 2, 0, 0])])
                for gone in known.keys.filter({ $0.port == place.port }) { (known[gone], withdrawn) = (nil, withdrawn + 1) }
            case 7:
                tester.decoder.close(ExporterSource(T.address, port: place.port))
                for gone in known.keys.filter({ $0.port == place.port }) { (known[gone], withdrawn) = (nil, withdrawn + 1) }
                expired += waiting.count { $0.place.port == place.port }
                waiting.removeAll { $0.place.port == place.port }
            case 8, 9:
                tester.transport = .datagram
                tester.send([Self.template(place.id, layout)])
            default:
                tester.send([FileBuilder.set(place.id, T.record(1, octets: step).prefix(8) + T.big(step) + T.big(step + 1))])
                if let layout = known[place] { expected = [Self.octets(layout, step)] } else { waiting.append((place, step)) }
            }
            #expect(tester.flows().octetDeltaCount == expected)
        }
        #expect(tester.statistics.setsWaiting == waiting.count && tester.statistics.setsExpired == UInt64(expired))
        #expect(tester.statistics.templatesWithdrawn == UInt64(withdrawn) && withdrawn > 500 && expired > 50)
    }
}
