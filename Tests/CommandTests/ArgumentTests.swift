import Foundation
import TestSupport
import Testing

@testable import AgentCommands
@testable import zonal

@Suite("Arguments that are not what they look like")
struct ArgumentTests {
    @Test("a flag that is not known is an error, whatever stands behind it", arguments: [
        (["query", "tcp", "--sinse", "-1h"], "'--sinse'"), (["query", "tcp", "--sinse", "-24h"], "'--sinse'"),
        (["top", "--by", "src", "--utnil", "-1h"], "'--utnil'"), (["query", "-1h"], "\"-1h\" stands alone"),
        (["query", "-ahx"], "'-ahx'"), (["query", "--strict", "-1h"], "--strict"),
    ])
    func unknownFlag(arguments: [String], named: String) async throws {
        let result = try await Zonal.run(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors.contains(named), "\(result.errors)")
    }

    @Test("an unknown command is an error with the one that was meant", arguments: [
        (["match", "--help"], "there is no command `zonal match`; there are up, agent, "),
        (["help", "nope"], "there is no command `zonal nope`; there are up, agent, "),
        (["qurey", "tcp"], "there is no command `zonal qurey`; did you mean `zonal query`?"),
        (["help", "store", "compct"], "there is no command `zonal store compct`; did you mean `zonal store compact`?"),
        (["store"], "`zonal store` wants a command behind it: check, compact, stats, retain, backup, restore"),
    ])
    func unknownCommand(arguments: [String], message: String) async throws {
        let result = try await Zonal.run(arguments)
        #expect(result.status == 2)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("zonal: \(message)"), "\(result.errors)")
    }

    @Test("help that was asked for is given", arguments: [
        [], ["help"], ["--help"], ["help", "query"], ["query", "-h"], ["query", "--since", "-1h", "--help"], ["store", "--help"],
        ["help", "store", "compact"], ["--version"],
    ])
    func help(arguments: [String]) async throws {
        let result = try await Zonal.run(arguments)
        #expect(result.status == 0, "\(result.errors)")
        #expect(!result.output.isEmpty && result.errors.isEmpty)
    }

    @Test("signed values are tied to their flags, and nothing behind -- is touched")
    func signed() throws {
        let check = ArgumentCheck(Root.self)
        #expect(try check.prepare(["query", "--since", "-1h", "--limit", "5", "--until=-5m"]) == ["query", "--since=-1h", "--limit", "5", "--until=-5m"])
        #expect(try check.prepare(["query", "--", "--since", "-1h"]) == ["query", "--", "--since", "-1h"])
    }

    @Test("what is given empty is not taken for left away", arguments: [
        ["query", "--since", ""], ["query", "--until", " "], ["query", "--fields", ""], ["query", "--cursor", ""], ["query", "--limit", ""],
        ["top", "--by", ""], ["top", "--by", "src", "--order", ""], ["top", "--by", "src", "--fields", ""], ["series", "--by", ""],
        ["series", "--interval", ""], ["alerts", "--state", ""], ["report", "-o", ""], ["query", "--data", ""], ["query", "--collector", ""],
        ["store", "compact", "--data", ""], ["dump", "no-such-file", "--records", "--fields", ""],
        ["check-config", ""],
    ])
    func empty(arguments: [String]) async throws {
        let result = try await Zonal.run(arguments)
        #expect(result.status == 2)
        #expect(result.errors.contains(" is empty: give it a value, or leave it away"), "\(result.errors)")
    }

    @Test("a filter goes either way, in one piece")
    func filter() async throws {
        let scratch = try ScratchFolder("zonal-arguments")
        try Collector.fill(scratch.path("data"), flows: 3)
        let source = ["--data", scratch.path("data"), "--fields", "dst_port", "--format", "csv"]
        for arguments in [["dst port 2"], ["--filter", "dst port 2"]] {
            #expect(try await Zonal.run(["query"] + arguments + source).text == "dst_port\n2\n")
        }
        let loose = try await Zonal.run(["query", "dst", "port", "2"] + source)
        #expect(loose.status == 2)
        #expect(loose.errors.contains("put it in quotes: 'dst port 2'"), "\(loose.errors)")
        #expect(try await Zonal.run(["query", "tcp", "--filter", "tcp"] + source).status == 2)
        let top = ["top", "--by", "dst_port", "--fields", "records", "--format", "csv", "--data", scratch.path("data")]
        for arguments in [["dst port 2"], ["--filter", "dst port 2"]] {
            #expect(try await Zonal.run(top + arguments).text == "dst_port,records\n2,1\n")
            let series = try await Zonal.run(["series", "--fields", "records", "--interval", "1d", "--format", "csv", "--data", scratch.path("data")] + arguments)
            #expect(series.text.hasSuffix(",1\n"), "\(series.text) \(series.errors)")
            let report = try await Zonal.run(["report", "--format", "json", "--data", scratch.path("data")] + arguments)
            #expect(report.text.contains("\"dst port 2\""), "\(report.errors)")
        }
    }

    @Test("an order may have its sign behind a blank")
    func order() async throws {
        let scratch = try ScratchFolder("zonal-arguments")
        try Collector.fill(scratch.path("data"), flows: 3)
        let top = ["top", "--by", "dst_port", "--fields", "records", "--format", "csv", "--data", scratch.path("data"), "--order"]
        #expect(try await Zonal.run(top + ["-dst_port"]).text == "dst_port,records\n3,1\n2,1\n1,1\n")
        #expect(try await Zonal.run(top + ["dst_port:asc"]).text == "dst_port,records\n1,1\n2,1\n3,1\n")
        let measure = try await Zonal.run(["top", "--by", "src", "--fields", "foo", "--data", scratch.path("data")])
        #expect(measure.errors.contains("could stand there: records, flows, packets"), "\(measure.errors)")
        #expect(try await Zonal.run(top + ["foo"]).errors.contains("there are records, flows, packets, bytes"))
    }

    @Test("check-config without a file shows what the environment makes")
    func environment() async throws {
        let result = try await Zonal.run(["check-config"], environment: ["ZONAL_AGENT_IDLE_TIMEOUT": "20s"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.text.contains("agent.idle-timeout: 20s  # environment ZONAL_AGENT_IDLE_TIMEOUT\n"), "\(result.text)")
    }
}
