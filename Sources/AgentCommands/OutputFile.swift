import Foundation

/// Where a command's result goes: the standard output, a regular file that appears whole under its name when it is
/// complete, or anything else (a pipe, `/dev/null`) straight.
package struct OutputFile: ~Copyable {
    private let handle: FileHandle
    private let path: String?
    /// Where a regular file is written until it is complete.
    private let temporary: String?

    /// - Parameter path: nil or `-` for the standard output.
    package init(path: String?) throws(CommandFailure) {
        guard let path, path != "-" else {
            handle = .standardOutput
            self.path = nil
            temporary = nil
            return
        }
        self.path = path
        var isRegular = true
        if let type = try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType {
            guard type != .typeDirectory else { throw CommandFailure("\(path): is a folder; name a file for -o") }
            isRegular = type == .typeRegular
        }
        let target = isRegular ? "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp" : path
        if isRegular, !FileManager.default.createFile(atPath: target, contents: nil) {
            throw CommandFailure("\(path): cannot be written; is its folder there, and writable?")
        }
        guard let opened = FileHandle(forWritingAtPath: target) else {
            throw CommandFailure("\(path): cannot be opened for writing")
        }
        handle = opened
        temporary = isRegular ? target : nil
    }

    package func write(_ octets: [UInt8]) throws(CommandFailure) {
        do {
            try handle.write(contentsOf: octets)
        } catch {
            throw CommandFailure("\(path ?? "standard output"): writing failed: \(error.localizedDescription)")
        }
    }

    /// Gives the file its name; without this call it is taken away again.
    package consuming func finish() throws(CommandFailure) {
        guard let path, let temporary else { return }
        try? handle.close()
        if unsafe rename(temporary, path) != 0 { throw CommandFailure("\(path): cannot be given its name") }
    }

    /// Takes an unfinished file away.
    package func abandon() {
        if let temporary { try? FileManager.default.removeItem(atPath: temporary) }
    }
}
