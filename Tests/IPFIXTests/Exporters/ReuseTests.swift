import FlowModel
import IPFIX
import Testing

/// Batches that are taken, and given back.
@Suite("batches of exporters' rows")
struct ReuseTests {
    typealias T = ExportTester

    @Test("a batch given back holds nothing of before, and its names are the next batch's own")
    func reuse() {
        var tester = T()
        let template = FileBuilder.template(300, [(8, 4), (12, 4), (10, 4), (34, 4), (6, 1), (61, 1)])
        let record: [UInt8] = [10, 0, 0, 1, 10, 0, 0, 2] + FileBuilder.big(UInt32(9)) + FileBuilder.big(UInt32(5)) + [0x3F, 1]
        tester.send([template, FileBuilder.set(300, [[UInt8]](repeating: record, count: 3000).flatMap { $0 })])
        var batch = tester.flows()
        #expect(batch.count == 3000 && batch.tcpControlBits.count == 3000 && batch.counted.count == 3000)
        for round in 0..<4 {
            tester.decoder.reuse(batch)
            tester.address = IPAddress(ipv4: UInt32(round))
            tester.send([T.template, T.data(round + 1)])
            batch = tester.flows()
            #expect(batch.count == round + 1 && batch.names == ["", IPAddress(ipv4: UInt32(round)).description])
            for row in 0..<batch.count {
                var expected = FlowRecord()
                expected.sourceAddress = IPAddress(ipv4: 0x0A00_0000 + UInt32(row))
                expected.destinationAddress = IPAddress(ipv4: 0x0A00_0100 + UInt32(row))
                expected.octetDeltaCount = 100
                (expected.flowStartMilliseconds, expected.flowEndMilliseconds) = (T.exportMilliseconds, T.exportMilliseconds)
                expected.initialStartMilliseconds = T.exportMilliseconds
                expected.agent = 1
                #expect(batch[row] == expected)
            }
        }
    }

    @Test("records of variable length in every order are the same as one by one")
    func runs() {
        let fields: [FileBuilder.Field] = [(8, 4, nil), (82, 65535, nil), (12, 4, nil), (1, 65535, nil)]
        func record(_ number: Int, name: Int, isLong: Bool, octets: Int) -> [UInt8] {
            let text = [UInt8](repeating: 0x61, count: name)
            return FileBuilder.big(UInt32(number)) + (isLong ? [255] + FileBuilder.big(UInt16(name)) : [UInt8(name)]) + text
                + FileBuilder.big(UInt32(number + 1)) + [UInt8(octets)] + FileBuilder.big(UInt64(number)).suffix(octets)
        }
        var generator = SeededGenerator(7)
        let records = (1...400).map { number in
            record(
                number, name: Int.random(in: 0...2, using: &generator), isLong: Int.random(in: 0..<5, using: &generator) == 0,
                octets: Int.random(in: 2...3, using: &generator))
        }
        var (together, apart) = (T(), T())
        together.send([FileBuilder.template(300, fields), FileBuilder.set(300, records.flatMap { $0 })])
        apart.send([FileBuilder.template(300, fields)])
        for record in records { apart.send([FileBuilder.set(300, record)]) }
        let (first, second) = (together.flows(), apart.flows())
        #expect(first.count == 400 && second.count == 400)
        for row in 0..<min(first.count, second.count) {
            #expect(first[row] == second[row] && first.octetDeltaCount[row] == UInt64(row + 1))
            #expect(first.destinationAddress[row] == IPAddress(ipv4: UInt32(row + 2)))
        }
    }
}
