@testable import Capture
import Foundation
import TestSupport
import Testing

/// Capture files read by mapping, beside libpcap.
@Suite("Mapped capture files")
struct MappedFileTests {
    /// Read on here where libpcap stops: what it says, and in how many files.
    ///
    /// libpcap wants one snapshot length for all interfaces and one byte order for all sections, since its interface
    /// tells of only one; the frames themselves are whole.
    private static let readFurther = ["an interface has a snapshot length", "different byte orders"]

    @Test("every shared capture: the same frames, times, lengths and faults", .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func agreement() throws {
        let folder = try #require(SharedFolder.path("captures"))
        var compared = 0
        var mapped = 0
        var further: [String] = []
        for case let name as String in try #require(FileManager.default.enumerator(atPath: folder)) {
            guard ["pcap", "pcapng", "cap", "gz"].contains(name.split(separator: ".").last) else { continue }
            let path = "\(folder)/\(name)"
            let own = FrameLog(path)
            var theirs = FrameLog(path, usesLibpcapOnly: true)
            compared += 1
            if own.reader != .libpcap, own.reader != nil { mapped += 1 }
            if let problem = theirs.problem, Self.readFurther.contains(where: { problem.message.contains($0) }), own != theirs {
                #expect(own.entries.count >= theirs.entries.count, "\(name)")
                #expect(Array(own.entries.prefix(theirs.entries.count)) == theirs.entries, "\(name)")
                further.append(name)
                continue
            }
            theirs.reader = own.reader
            #expect(own == theirs, "\(name)")
        }
        #expect(compared >= 740)
        #expect(mapped > 700)
        #expect(further.count == 7, "\(further)")
    }

    @Test("damage anywhere: a file cut at every octet and with every octet changed is read as libpcap reads it")
    func damage() throws {
        let folder = try ScratchFolder()
        let path = folder.path("damaged")
        var blocks = PcapngBytes()
        blocks.section(isBigEndian: true)
        blocks.interface(snapLength: 100, resolution: 9, offset: 5)
        blocks.interface(snapLength: 100)
        blocks.enhanced(stamp: 1_700_000_000_123_456_789, [1, 2, 3])
        blocks.simple([4, 5, 6, 7, 8], wireLength: 5)
        blocks.obsolete(interface: 1, stamp: 1_700_000_000_123_456, [9])
        blocks.block(0xBAD, [1, 2, 3, 4])
        for whole in [PcapBytes(form: .nanosecondsBigEndian, linkType: 1, frames: PcapBytes.three).octets, blocks.octets] {
            for length in 0...whole.count { try compare(Array(whole.prefix(length)), path, "cut at \(length)") }
            for index in whole.indices {
                for change: UInt8 in [0x01, 0x80, 0xFF] {
                    var octets = whole
                    octets[index] ^= change
                    try compare(octets, path, "octet \(index) changed by \(change)")
                }
            }
        }
    }

    private func compare(_ octets: [UInt8], _ path: String, _ what: String) throws {
        try Data(octets).write(to: URL(fileURLWithPath: path))
        let own = FrameLog(path, limit: 2)
        var theirs = FrameLog(path, usesLibpcapOnly: true, limit: 2)
        theirs.reader = own.reader
        if let problem = theirs.problem, problem.code == .mixedFile || problem.message.contains("different byte orders") {
            #expect(Array(own.entries.prefix(theirs.entries.count)) == theirs.entries, "\(what)")
            return
        }
        #expect(own == theirs, "\(what)")
    }

    @Test("pcapng: resolutions and offsets of each interface, all packet blocks, sections of both byte orders")
    func blocks() throws {
        let folder = try ScratchFolder()
        let path = folder.path("some.pcapng")
        var file = PcapngBytes()
        var expected: [PcapBytes.Frame] = []
        for isBigEndian in [false, true, false] {
            file.section(isBigEndian: isBigEndian, minor: isBigEndian ? 2 : 0)
            file.interface()
            file.interface(snapLength: 64, resolution: 9, offset: 100)
            file.interface(snapLength: 1000, resolution: 0x80 | 40)
            file.interface(resolution: 0, offset: -10)
            file.interface(resolution: 19)
            file.enhanced(stamp: 1_700_000_000_123_456, [1, 2, 3, 4, 5], wireLength: 900)
            file.enhanced(interface: 1, stamp: 1_700_000_000_123_456_789, [6])
            file.enhanced(interface: 2, stamp: 1000 << 40 | 1 << 39, [7, 8])
            file.enhanced(interface: 3, stamp: 1_700_000_000, [])
            file.enhanced(interface: 4, stamp: 15_000_000_000_000_000_001, [9])
            file.block(5, [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
            file.simple([10, 11, 12], wireLength: 3)
            file.obsolete(interface: 1, stamp: 5, [13])
            expected += [
                .init(octets: [1, 2, 3, 4, 5], wireLength: 900, nanoseconds: 1_700_000_000_123_456_000),
                .init(octets: [6], wireLength: 1, nanoseconds: 1_700_000_100_123_456_789),
                .init(octets: [7, 8], wireLength: 2, nanoseconds: 1_000_500_000_000),
                .init(octets: [], wireLength: 0, nanoseconds: 1_699_999_990_000_000_000),
                .init(octets: [9], wireLength: 1, nanoseconds: 1_500_000_000),
                .init(octets: [10, 11, 12], wireLength: 3, nanoseconds: 0),
                .init(octets: [13], wireLength: 1, nanoseconds: 100_000_000_005),
            ]
        }
        try Data(file.octets).write(to: URL(fileURLWithPath: path))
        var reader = try CaptureFile(path: path)
        #expect(reader.reader == .mapping)
        var seen: [PcapBytes.Frame] = []
        while try reader.read(limit: 3, { seen.append(.init($0, wireLength: $1, nanoseconds: $2)) }) {}
        #expect(seen == expected)
        #expect(reader.framesRead == UInt64(expected.count))
    }

    @Test("what is not plain is libpcap's: the modified format of long ago, an old version, a pipe")
    func unusual() throws {
        let folder = try ScratchFolder()
        let path = folder.path("unusual.pcap")
        let plain = PcapBytes(form: .microseconds, linkType: 1, frames: PcapBytes.three).octets
        for (place, octet) in [(0, UInt8(0x34)), (6, 3)] {
            var octets = plain
            octets[place] = octet
            if place == 0 { octets[1] = 0xCD }
            try Data(octets).write(to: URL(fileURLWithPath: path))
            let own = FrameLog(path)
            #expect(own.reader == .libpcap)
            #expect(own == FrameLog(path, usesLibpcapOnly: true))
            #expect(own.entries.count == (place == 0 ? 0 : 3) || own.problem != nil)
        }
        let pipe = folder.path("pipe")
        #expect(unsafe mkfifo(pipe, 0o600) == 0)
        let writing = Thread { try? Data(plain).write(to: URL(fileURLWithPath: pipe), options: []) }
        writing.start()
        let log = FrameLog(pipe)
        #expect(log.reader == .libpcap)
        #expect(log.entries.count == 3)
        #expect(log.problem == nil)
    }

    @Test("an interface of another link type ends the file with a clear error, behind interfaces libpcap does not read")
    func otherLinkType() throws {
        let folder = try ScratchFolder()
        let path = folder.path("mixed.pcapng")
        var file = PcapngBytes()
        file.section(isBigEndian: false)
        file.interface(snapLength: 64)
        file.interface(snapLength: 65)
        file.enhanced(interface: 1, stamp: 1, [1])
        file.interface(linkType: 101)
        file.enhanced(interface: 2, stamp: 1, [1])
        try Data(file.octets).write(to: URL(fileURLWithPath: path))
        let log = FrameLog(path)
        #expect(log.entries.count == 1)
        #expect(log.problem?.code == .mixedFile)
        #expect(log.problem?.message.contains("past frame 1: an interface has a link type different from the first") == true)
    }

    /// A capture of `number` frames of 1,000 octets, each beginning with its number.
    private func long(_ path: String, _ number: Int) throws {
        let frames = (0..<number).map { number in
            var octets = [UInt8](repeating: 0, count: 1000)
            for shift in 0..<4 { octets[shift] = UInt8(truncatingIfNeeded: number >> (shift * 8)) }
            return PcapBytes.Frame(octets: octets, wireLength: 1000, nanoseconds: Int64(number))
        }
        try Data(PcapBytes(form: .nanoseconds, linkType: 1, frames: frames).octets).write(to: URL(fileURLWithPath: path))
    }

    private func number(_ octets: borrowing RawSpan) -> Int { Int(octets.number(at: 0, isSwapped: false)) }

    @Test("frames over the edges of the windows, mapped and read: each once and whole", arguments: [true, false])
    func windows(isMapped: Bool) throws {
        let folder = try ScratchFolder()
        let path = folder.path("long.pcap")
        try long(path, 20_000)
        // A file that somebody may write to is not mapped.
        let writer = isMapped ? nil : try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        var file = try CaptureFile(path: path)
        #expect(file.reader == (isMapped ? .mapping : .windows))
        var next = 0
        while try file.read(
            limit: 700,
            { octets, wireLength, _ in
                if number(octets) == next, wireLength == 1000 { next += 1 }
            })
        {}
        #expect(next == 20_000)
        try writer?.close()
    }

    @Test("a mapped file that somebody truncates meanwhile: what is gone is damage, nobody dies")
    func shrinks() throws {
        let folder = try ScratchFolder()
        let path = folder.path("long.pcap")
        try long(path, 20_000)
        var file = try CaptureFile(path: path)
        #expect(file.reader == .mapping)
        var seen = 0
        #expect(try file.read(limit: 100) { _, _, _ in seen += 1 })
        // `dd` waits in `open` until the reader lets go, which the next read does (`truncate` would not wait).
        let shrinking = Thread { _ = try? Command.run(["dd", "if=/dev/null", "of=\(path)", "bs=150000", "seek=1", "status=none"]) }
        shrinking.start()
        func wait(_ isDone: () throws -> Bool) throws {
            let deadline = Date().addingTimeInterval(60)
            while try !isDone(), Date() < deadline { usleep(2000) }
        }
        let inode = try #require(FileManager.default.attributesOfItem(atPath: path)[.systemFileNumber] as? Int)
        func isWaitedFor() throws -> Bool {
            try String(contentsOfFile: "/proc/locks", encoding: .utf8).split(separator: "\n").contains {
                $0.contains("BREAK") && $0.contains(":\(inode) ")
            }
        }
        try wait(isWaitedFor)
        #expect(try file.read(limit: 1) { _, _, _ in seen += 1 })
        #expect(file.reader == .windows)
        try wait { try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int == 150_000 }
        var problem: CaptureError?
        do throws(CaptureError) {
            while try file.read(limit: 1000, { _, _, _ in seen += 1 }) {}
        } catch {
            problem = error
        }
        #expect(problem?.code == .damagedFile)
        #expect(problem?.message.hasPrefix("damaged after frame \(seen): ") == true)
        // The first window that is read may come before the file shrinks.
        #expect(seen >= 147 && seen < 20_000)
    }

    @Test("memory stays flat over a file that is larger than a window")
    func memory() throws {
        let folder = try ScratchFolder()
        let path = folder.path("long.pcap")
        try long(path, 60_000)
        var file = try CaptureFile(path: path)
        #expect(file.reader == .mapping)
        // Pages of files in the resident set, in kilobytes.
        func resident() throws -> Int {
            let text = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("RssFile:") })
            return Int(line.filter(\.isNumber)) ?? 0
        }
        let before = try resident()
        var most = 0
        while try file.read(limit: 1000, { _, _, _ in }) { most = max(most, try resident() - before) }
        #expect(file.framesRead == 60_000)
        #expect(most < 20_000)
    }
}
