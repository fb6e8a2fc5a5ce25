import Foundation

/// Where a command's result goes: the standard output, a regular file that appears whole under its name when it is
/// complete, or anything else (a pipe, `/dev/null`) straight.
package struct OutputFile: ~Copyable {
    private let handle: FileHandle
    /// As it was given; for messages.
    private let path: String?
    /// A regular file until it is complete: where it is written, and where it belongs, which is behind the links of `path`.
    private let pending: (temporary: String, target: String)?

    /// - Parameter path: nil or `-` for the standard output. Symbolic links are followed, and stay.
    package init(path: String?) throws(CommandFailure) {
        guard let path, path != "-" else {
            handle = .standardOutput
            self.path = nil
            pending = nil
            return
        }
        self.path = path
        guard !path.isEmpty else {
            throw CommandFailure("-o is empty: name the file to write, or leave -o away", isUsage: true)
        }
        let kind = Self.kind(path)
        guard kind != S_IFDIR else { throw CommandFailure("\(path): is a folder; name a file for -o") }
        if let kind, kind != S_IFREG {
            guard let opened = FileHandle(forWritingAtPath: path) else {
                throw CommandFailure("\(path): cannot be opened for writing")
            }
            handle = opened
            pending = nil
            return
        }
        guard let target = Self.target(path) else { throw CommandFailure("\(path): is a link that leads nowhere") }
        let temporary = "\(target).\(ProcessInfo.processInfo.processIdentifier).tmp"
        guard FileManager.default.createFile(atPath: temporary, contents: nil), let opened = FileHandle(forWritingAtPath: temporary)
        else { throw CommandFailure("\(path): cannot be written; is its folder there, and writable?") }
        handle = opened
        pending = (temporary, target)
    }

    /// The file type bits of what lies behind the links; nil where there is nothing.
    private static func kind(_ path: String) -> mode_t? {
        var status = stat()
        // The structure is ours for the length of the call.
        guard unsafe stat(path, &status) == 0 else { return nil }
        return status.st_mode & S_IFMT
    }

    /// True for a regular file, also behind links, and for a name that nothing has yet.
    package static func isRegular(_ path: String) -> Bool { kind(path) ?? S_IFREG == S_IFREG }

    /// What the links of the last component lead to, whether it is there or not; nil where they lead round in a circle.
    package static func target(_ path: String) -> String? {
        var path = path
        for _ in 0..<40 {
            guard let destination = try? FileManager.default.destinationOfSymbolicLink(atPath: path) else { return path }
            let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
            path = destination.hasPrefix("/") ? destination : folder.appendingPathComponent(destination).path
        }
        return nil
    }

    /// A pipe whose reader has gone ends the process, silently.
    package func write(_ octets: [UInt8]) throws(CommandFailure) {
        var rest = octets[...]
        while !rest.isEmpty {
            // The memory is that of the array, for the length of the call.
            let written = unsafe rest.withUnsafeBytes { unsafe Foundation.write(handle.fileDescriptor, $0.baseAddress, $0.count) }
            if written >= 0 {
                rest = rest.dropFirst(written)
                continue
            }
            let name = path ?? "the standard output"
            switch errno {
            case EINTR: continue
            case EAGAIN:
                // Somebody has made the pipe one that does not wait.
                var wanted = pollfd(fd: handle.fileDescriptor, events: Int16(POLLOUT), revents: 0)
                // The structure is ours for the length of the call.
                _ = unsafe poll(&wanted, 1, -1)
            case EPIPE: StandardFiles.endForWantOfReader()
            case EBADF: throw CommandFailure("\(name) is closed: nothing can be written")
            case ENOSPC, EDQUOT: throw CommandFailure("\(name) cannot be written: the disk is full; free some space")
            // The text is the C library's, and copied at once.
            case let code: throw CommandFailure("\(name) cannot be written: \(unsafe String(cString: strerror(code)).lowercased())")
            }
        }
    }

    /// Gives the file its name; without this call it is taken away again.
    package consuming func finish() throws(CommandFailure) {
        guard let path, let pending else { return }
        try? handle.close()
        if unsafe rename(pending.temporary, pending.target) != 0 {
            try? FileManager.default.removeItem(atPath: pending.temporary)
            throw CommandFailure("\(path): cannot be given its name")
        }
    }

    /// Takes an unfinished file away.
    package func abandon() {
        if let pending { try? FileManager.default.removeItem(atPath: pending.temporary) }
    }
}
