import ExportFiles
import FlowModel
import Foundation
import IPFIX
import TestSupport
import Testing

@Suite("files with exports that are packed, cut, or of another kind")
struct DamagedExportFileTests {
    private let folder: ScratchFolder
    private let messages: [[UInt8]]

    init() throws {
        folder = try ScratchFolder()
        var sequence = 0
        messages = (0..<50).map { number in
            defer { sequence += 10 }
            let sets = (number == 0 ? [Messages.flowTemplate] : []) + [Messages.flows(number * 10..<number * 10 + 10)]
            return Messages.ipfix(sets, sequence: UInt32(sequence), export: 1_700_000_000 + UInt32(number))
        }
    }

    private func write(_ octets: [UInt8], _ name: String = "flows.ipfix") throws -> String {
        let path = folder.path(name)
        try Data(octets).write(to: URL(fileURLWithPath: path))
        return path
    }

    private var capture: [UInt8] {
        var pcap = PcapBuilder()
        for message in messages { pcap.addUDP(message, to: 4739) }
        return pcap.octets
    }

    @Test("plain, packed and captured hold the same")
    func forms() throws {
        let plain = try write(messages.flatMap { $0 })
        _ = try Command.check(["gzip", "-k", plain])
        let captured = try write(capture, "flows.pcap")
        var kinds: [ExportFile.Kind] = []
        for path in [plain, plain + ".gz", captured] {
            let file = try WholeFile(path)
            kinds.append(file.summary.kind)
            #expect(file.rows == 500)
            #expect(file.packets == (0..<500).reduce(0, +))
            #expect(file.summary.notRead.isEmpty, "\(file.summary.notRead)")
            #expect(file.summary.messagesIPFIX == 50)
        }
        #expect(kinds == [.ipfix, .ipfix, .capture])
        // In fragments of 136 octets, and over TCP in segments that are no messages.
        var fragmented = PcapBuilder()
        fragmented.mtu = 156
        for message in messages { fragmented.addUDP(message, to: 4739) }
        var stream = PcapBuilder()
        stream.addTCP([], sequence: 99, flags: 2)
        let all = messages.flatMap { $0 }
        for start in stride(from: 0, to: all.count, by: 333) {
            stream.addTCP(Array(all[start..<min(all.count, start + 333)]), sequence: UInt32(100 + start))
        }
        for (pcap, name) in [(fragmented, "fragmented.pcap"), (stream, "stream.pcap")] {
            let file = try WholeFile(try write(pcap.octets, name))
            #expect(file.rows == 500 && file.packets == (0..<500).reduce(0, +))
            #expect(file.summary.notRead.isEmpty, "\(file.summary.notRead)")
            #expect(file.summary.exporters.map { $0.address.description } == ["192.0.2.1"])
            #expect(file.summary.capture?.datagramsAssembled == (name == "stream.pcap" ? 0 : 50))
        }
        let agents = try [plain, captured].map { path in
            let file = try WholeFile(path) { $0.fileExporterName = "flows" }
            return file.batches.first.map { $0.names[Int($0.agent[0])] }
        }
        #expect(agents == ["flows", "192.0.2.1"])
    }

    @Test("one that is cut anywhere gives what is before the cut, and says so", arguments: [5, 17, 200, 777, 1111, 5000])
    func cut(octets: Int) throws {
        let all = messages.flatMap { $0 }
        var starts: [Int] = []
        for message in messages { starts.append((starts.last ?? 0) + message.count) }
        let whole = starts.count { $0 <= octets }
        let path = try write(Array(all.prefix(octets)))
        if octets < 17 {
            #expect(throws: ExportFileError.self) { try WholeFile(path) }
            return
        }
        let file = try WholeFile(path)
        #expect(file.rows >= whole * 10 && file.rows < whole * 10 + 10)
        #expect(file.summary.damage?.contains("is cut off at octet \(whole == 0 ? 0 : starts[whole - 1])") == true, "\(file.summary.damage ?? "")")
    }

    @Test("a capture that is cut gives what is before the cut, and says so")
    func cutCapture() throws {
        let octets = capture
        let file = try WholeFile(try write(Array(octets.dropLast(100)), "cut.pcap"))
        #expect(file.rows == 490)
        #expect(file.summary.damage?.contains("damaged after frame 49") == true, "\(file.summary.damage ?? "")")
    }

    @Test("one that is damaged in the middle gives what is before")
    func damaged() throws {
        var octets = messages.flatMap { $0 }
        let place = messages[0].count + messages[1].count
        octets[place] = 77
        let file = try WholeFile(try write(octets))
        #expect(file.rows == 20)
        #expect(file.summary.damage?.contains("is damaged at octet \(place): expected an IPFIX message (version 10), found version 19722") == true)
    }

    @Test("data in front of its template, by more than would wait in a live stream")
    func late() throws {
        // 700 sets of data, more than wait of one exporter, an hour before their template.
        var pcap = PcapBuilder()
        for number in 0..<700 {
            pcap.addUDP(Messages.ipfix([Messages.flows(number..<number + 1)], sequence: UInt32(number)), to: 4739)
        }
        pcap.milliseconds += 3_600_000
        pcap.addUDP(Messages.ipfix([Messages.flowTemplate], sequence: 700), to: 4739)
        // The same number with other fields, from then on.
        pcap.addUDP(Messages.ipfix([Messages.template(256, [(8, 4), (12, 4), (2, 4)]), Messages.set(256, [10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 9])], sequence: 700), to: 4739)
        let path = try write(pcap.octets, "late.pcap")
        let file = try WholeFile(path)
        #expect(file.rows == 701)
        #expect(file.packets == (0..<700).reduce(9, +))
        #expect(file.summary.templatesBehindData == 1 && file.summary.setsNotRead == 0)
        #expect(file.summary.missingRecords == 0)
        let live = try WholeFile(path) { $0.looksAhead = false }
        #expect(live.rows == 1 && live.summary.setsNotRead == 700)
        #expect(live.summary.notRead.contains { $0.hasPrefix("700 data sets have no template") })
    }

    @Test("withdrawals hold in a file: what comes after has no template")
    func withdrawal() throws {
        let withdrawal = Messages.set(2, [1, 0, 0, 0])
        let octets = messages[0] + Messages.ipfix([withdrawal], sequence: 10) + messages[1]
        let file = try WholeFile(try write(octets))
        #expect(file.rows == 10)
        #expect(file.summary.setsNotRead == 1)
    }

    @Test("what is no file with exports is refused in a sentence")
    func others() throws {
        let text = try write(Array("these are no flows, and it is no capture either\n".utf8), "notes.txt")
        _ = try Command.check(["gzip", "-k", text])
        let cases: [(path: String, code: ExportFileError.Code)] = [
            (text, .notAnExportFile), (text + ".gz", .compressed), (folder.path("none"), .unreadableFile),
            (folder.url.path, .unreadableFile), (try write([], "empty"), .notAnExportFile),
        ]
        for (path, code) in cases {
            do {
                _ = try WholeFile(path)
                Issue.record("\(path) was read")
            } catch {
                #expect(error.code == code)
                #expect("\(error)".hasPrefix(path + ": "))
            }
        }
    }

    @Test("ports that are asked for are read whatever is in them")
    func ports() throws {
        var pcap = PcapBuilder()
        pcap.addUDP(messages[0], to: 12_345)
        pcap.addUDP(messages[1], to: 4739)
        pcap.addUDP(Array("no export at all".utf8), to: 12_345)
        let path = try write(pcap.octets, "ports.pcap")
        let all = try WholeFile(path)
        #expect(all.rows == 20 && all.summary.capture?.datagramsOther == 1)
        let one = try WholeFile(path) { $0.ports = [12_345] }
        #expect(one.rows == 10 && one.summary.faults == ["version": 1])
        #expect(one.summary.capture?.datagramsOther == 1)
        #expect(throws: ExportFileError.self) { try WholeFile(path) { $0.ports = [9] } }
    }

    @Test("a saved datagram of NetFlow is read as one")
    func datagram() throws {
        let v5 = [0, 5, 0, 1] + PcapBuilder.big(1000, 4) + PcapBuilder.big(1_700_000_000, 4) + [UInt8](repeating: 0, count: 12) + [10, 0, 0, 1, 10, 0, 0, 2] + [UInt8](repeating: 0, count: 40)
        let file = try WholeFile(try write(v5, "saved"))
        #expect(file.summary.kind == .datagram && file.rows == 1)
    }
}
