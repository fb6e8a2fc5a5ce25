package import ArgumentParser
import Foundation

/// Runs the root command with Zonal's exit codes: 0 ok, 1 failed, 2 usage, 3 incomplete answer (with `--strict`).
package enum CommandLineRunner {
    /// The argument parser ends with 64 (EX_USAGE) on a usage error; here is the one place where that becomes 2.
    package static func run(_ root: any ParsableCommand.Type) async -> Never {
        StandardFiles.reserve()
        let arguments = Array(CommandLine.arguments.dropFirst())
        let check = ArgumentCheck(root)
        do {
            var command = try root.parseAsRoot(try check.prepare(arguments))
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            exit(0)
        } catch {
            let code = root.exitCode(for: error).rawValue
            if code == 0 {
                guard check.asksForHelp(arguments) else {
                    say("zonal: \(check.misread(arguments))")
                    exit(2)
                }
                print(root.fullMessage(for: error))
                exit(0)
            }
            if let fault = error as? ArgumentCheck.Fault {
                say("zonal: \(fault)")
                exit(2)
            }
            if let failure = error as? CommandFailure {
                say("zonal: \(failure)")
                exit(failure.isUsage ? 2 : 1)
            }
            if let exit = error as? ExitCode { Foundation.exit(exit.rawValue) }
            let isUsage = code == ExitCode.validationFailure.rawValue
            say(isUsage ? root.fullMessage(for: error) : "zonal: \(error)")
            exit(isUsage ? 2 : 1)
        }
    }

    /// One line on the standard error. That nobody reads it is no reason to end.
    package static func say(_ line: String) {
        try? FileHandle.standardError.write(contentsOf: Data((line + "\n").utf8))
    }
}
