import AgentCommands
import Foundation
import TestSupport
import Testing

@Suite("-o")
struct OutputFileTests {
    private func write(_ text: String, to path: String) throws {
        let out = try OutputFile(path: path)
        try out.write(Array(text.utf8))
        try out.finish()
    }

    private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

    @Test("a file behind links holds what was written and nothing of before; the links stay")
    func links() throws {
        let scratch = try ScratchFolder("zonal-output")
        let files = FileManager.default
        try files.createDirectory(atPath: scratch.path("kept"), withIntermediateDirectories: false)
        let file = scratch.path("kept/report.csv")
        try Data("a much longer content of last week\n".utf8).write(to: URL(fileURLWithPath: file))
        try files.createSymbolicLink(atPath: scratch.path("near"), withDestinationPath: "kept/report.csv")
        try files.createSymbolicLink(atPath: scratch.path("far"), withDestinationPath: scratch.path("near"))
        for (link, text) in [("near", "short\n"), ("far", "new\n")] {
            try write(text, to: scratch.path(link))
            #expect(try read(file) == text)
            #expect(try files.destinationOfSymbolicLink(atPath: scratch.path(link)).isEmpty == false)
        }
        #expect(try files.contentsOfDirectory(atPath: scratch.path("kept")) == ["report.csv"])
    }

    @Test("a link to a file that is not there yet makes it")
    func dangling() throws {
        let scratch = try ScratchFolder("zonal-output")
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "new.csv")
        try write("one\n", to: scratch.path("link"))
        #expect(try read(scratch.path("new.csv")) == "one\n")
    }

    @Test("what is abandoned leaves the file as it was")
    func abandoned() throws {
        let scratch = try ScratchFolder("zonal-output")
        try write("before\n", to: scratch.path("file"))
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "file")
        let out = try OutputFile(path: scratch.path("link"))
        try out.write([65])
        out.abandon()
        #expect(try read(scratch.path("file")) == "before\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.url.path).sorted() == ["file", "link"])
    }

    @Test("folders and circles of links are refused, devices are written straight")
    func others() throws {
        let scratch = try ScratchFolder("zonal-output")
        try FileManager.default.createSymbolicLink(atPath: scratch.path("circle"), withDestinationPath: "circle")
        try FileManager.default.createSymbolicLink(atPath: scratch.path("folder"), withDestinationPath: ".")
        for path in [scratch.path("circle"), scratch.path("folder"), scratch.url.path, scratch.path("missing/file")] {
            #expect(throws: CommandFailure.self, "\(path)") { try write("x", to: path) }
        }
        try write("x", to: "/dev/null")
        #expect(FileManager.default.fileExists(atPath: "/dev/null"))
    }
}
