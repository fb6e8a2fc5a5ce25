import Capture
import Foundation
import TestSupport
import Testing

/// Capture files: what is read, and what is said of a file that cannot be.
@Suite("Capture files")
struct CaptureFileTests {
    @Test("frames come in order, with their octets, lengths and nanoseconds", arguments: PcapBytes.Form.allCases)
    func frames(form: PcapBytes.Form) throws {
        let folder = try ScratchFolder()
        let path = folder.path("some.pcap")
        let bytes = PcapBytes(form: form, linkType: 1, frames: PcapBytes.three)
        try Data(bytes.octets).write(to: URL(fileURLWithPath: path))
        var file = try CaptureFile(path: path)
        #expect(file.linkType == 1)
        #expect(file.linkTypeName == "EN10MB")
        var seen: [PcapBytes.Frame] = []
        var passes = 0
        while try file.read(limit: 2, { seen.append(.init($0, wireLength: $1, nanoseconds: $2)) }) { passes += 1 }
        #expect(seen == PcapBytes.three.map { $0.rounded(to: form) })
        #expect(passes == 2)
        #expect(file.framesRead == 3)
    }

    @Test("a truncated file: what was before the damage is delivered, and the error names the last good frame", arguments: [-1, 0, 1, 2, 512])
    func truncated(limit: Int) throws {
        let folder = try ScratchFolder()
        let path = folder.path("cut.pcap")
        let whole = PcapBytes(form: .microseconds, linkType: 1, frames: PcapBytes.three).octets
        // Cut at every length behind the file header: from within the first frame to one octet short.
        for length in 25..<whole.count {
            try Data(whole.prefix(length)).write(to: URL(fileURLWithPath: path))
            let complete = PcapBytes.completeFrames(in: length)
            var file = try CaptureFile(path: path)
            var seen = 0
            var problem: CaptureError?
            do throws(CaptureError) {
                while try file.read(limit: limit, { _, _, _ in seen += 1 }) {}
            } catch {
                problem = error
            }
            #expect(seen == complete.number)
            #expect(file.framesRead == UInt64(complete.number))
            guard !complete.isEnd else {
                #expect(problem == nil)
                continue
            }
            #expect(problem?.code == .damagedFile)
            #expect(problem?.place == path)
            #expect(problem?.message.hasPrefix("damaged after frame \(complete.number): ") == true)
        }
    }

    @Test(
        "what is no capture file is told so, with the mend",
        arguments: [[], [0x1F, 0x8B, 8, 0, 0, 0, 0, 0], Array("hello, this is text and nothing else".utf8), [0xD4, 0xC3, 0xB2], [UInt8](repeating: 0, count: 4096)])
    func otherFormat(octets: [UInt8]) throws {
        let folder = try ScratchFolder()
        let path = folder.path("other")
        try Data(octets).write(to: URL(fileURLWithPath: path))
        let error = try #require(Self.failure(path))
        #expect(error.code == .notACaptureFile)
        #expect(error.place == path)
        #expect(error.message.contains("tcpdump -w"))
        #expect(error.description.hasPrefix(path + ": "))
    }

    @Test("a file that is not there, a folder, and one that may not be read")
    func unreadable() throws {
        let folder = try ScratchFolder()
        let missing = try #require(Self.failure(folder.path("missing.pcap")))
        #expect(missing.code == .unreadableFile)
        #expect(missing.message == "cannot be read: No such file or directory")
        let aFolder = try #require(Self.failure(folder.url.path))
        #expect(aFolder.code == .unreadableFile)
        #expect(aFolder.message.contains("Is a directory"))
    }

    @Test("a link type that nobody knows has its number for a name", arguments: [(Int32(147), "147"), (113, "LINUX_SLL"), (105, "IEEE802_11"), (3000, "3000")])
    func linkType(number: Int32, name: String) throws {
        let folder = try ScratchFolder()
        let path = folder.path("link.pcap")
        try Data(PcapBytes(form: .microseconds, linkType: UInt32(number), frames: []).octets).write(to: URL(fileURLWithPath: path))
        var file = try CaptureFile(path: path)
        #expect(file.linkType == number)
        #expect(file.linkTypeName == name)
        let isMore = try file.read(limit: 10) { _, _, _ in }
        #expect(!isMore)
        #expect(file.framesRead == 0)
    }

    @Test("seconds past 2038 have no sign: until 2106 in a pcap file")
    func pastSign() throws {
        let folder = try ScratchFolder()
        let path = folder.path("late.pcap")
        let times: [Int64] = [2_147_483_647, 2_147_483_648, 4_294_967_295].map { $0 * 1_000_000_000 + 999_999_000 }
        let frames = times.map { PcapBytes.Frame(octets: [1, 2, 3], wireLength: 3, nanoseconds: $0) }
        try Data(PcapBytes(form: .microseconds, linkType: 1, frames: frames).octets).write(to: URL(fileURLWithPath: path))
        var file = try CaptureFile(path: path)
        var seen: [Int64] = []
        while try file.read(limit: 10, { seen.append($2) }) {}
        #expect(seen == times)
    }

    @Test("a pcapng file whose interfaces differ is no damaged file", .enabled(if: SharedFolder.url != nil, "needs the shared captures"))
    func mixed() throws {
        let path = try #require(SharedFolder.path("captures/packets/format/pcapplusplus-pcapng-example.pcapng"))
        var file = try CaptureFile(path: path)
        var problem: CaptureError?
        do throws(CaptureError) {
            while try file.read(limit: 7, { _, _, _ in }) {}
        } catch {
            problem = error
        }
        #expect(problem?.code == .mixedFile)
        #expect(problem?.message.contains("past frame 59: ") == true)
        #expect(file.framesRead == 59)
    }

    @Test("a file and a pipe on the standard input")
    func standardInput() async {
        await #expect(processExitsWith: .success) {
            let folder = try ScratchFolder()
            let path = folder.path("in.pcap")
            try Data(PcapBytes(form: .microseconds, linkType: 1, frames: PcapBytes.three).octets).write(to: URL(fileURLWithPath: path))
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            #expect(dup2(handle.fileDescriptor, 0) == 0)
            try readThree()
        }
        await #expect(processExitsWith: .success) {
            let pipe = Pipe()
            #expect(dup2(pipe.fileHandleForReading.fileDescriptor, 0) == 0)
            pipe.fileHandleForWriting.write(Data(PcapBytes(form: .microseconds, linkType: 1, frames: PcapBytes.three).octets))
            try pipe.fileHandleForWriting.close()
            try readThree()
        }
        await #expect(processExitsWith: .success) {
            let pipe = Pipe()
            #expect(dup2(pipe.fileHandleForReading.fileDescriptor, 0) == 0)
            pipe.fileHandleForWriting.write(Data("no capture at all, but text".utf8))
            try pipe.fileHandleForWriting.close()
            let error = CaptureFileTests.failure("-")
            guard error?.code == .notACaptureFile, error?.place == "-" else { exit(1) }
        }
    }

    static func failure(_ path: String) -> CaptureError? {
        do throws(CaptureError) {
            _ = try CaptureFile(path: path)
            return nil
        } catch {
            return error
        }
    }
}

/// In a child process: its exit status is the result.
private func readThree() throws {
    var file = try CaptureFile(path: "-")
    var seen: [PcapBytes.Frame] = []
    while try file.read(limit: 100, { seen.append(.init($0, wireLength: $1, nanoseconds: $2)) }) {}
    guard seen == PcapBytes.three.map({ $0.rounded(to: .microseconds) }) else { exit(1) }
}
