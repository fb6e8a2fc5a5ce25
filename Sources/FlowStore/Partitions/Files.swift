import Glibc

/// The few calls on files that the store makes; paths are UTF-8.
///
/// A text becomes a C string for the length of a call: that is all that is unsafe about most of them.
enum Files {
    /// Names in a folder, without `.` and `..`; nil when it cannot be read.
    static func names(in folder: String) -> [String]? {
        // The stream is this function's own; an entry is read before the next call.
        guard let stream = unsafe opendir(folder) else { return nil }
        defer { _ = unsafe closedir(stream) }
        var names: [String] = []
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
    static func isWritable(_ path: String) -> Bool { unsafe access(path, W_OK) == 0 }
    static func isReadable(_ path: String) -> Bool { unsafe access(path, R_OK) == 0 }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Bytes of a file, 0 when there is none.
    static func size(_ path: String) -> Int64 {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int64(status.st_size) : 0
    }

    /// When a file's content changed last, milliseconds since 1970 UTC; nil when there is none.
    static func lastChange(_ path: String) -> Int64? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return nil }
        return Int64(status.st_mtim.tv_sec) &* 1000 &+ Int64(status.st_mtim.tv_nsec) / 1_000_000
    }

    /// What tells a file from another one of the same name; nil when there is none.
    static func identity(_ path: String) -> UInt64? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? UInt64(status.st_ino) : nil
    }

    /// Bytes that this process may still write on the disk of a path; nil when the system does not say.
    static func freeBytes(_ path: String) -> Int64? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        let (bytes, overflow) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return overflow ? .max : Int64(clamping: bytes)
    }

    /// Size and time of the last change, for telling whether a file has been written; empty when there is none.
    static func stamp(_ path: String) -> String {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { return "" }
        return "\(status.st_ino) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }

    /// Makes a folder and those above it. - Returns: nil, or the system's words.
    static func makeFolder(_ path: String) -> String? {
        if isFolder(path) { return nil }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            if let problem = makeFolder(String(path[..<slash])) { return problem }
        }
        if unsafe mkdir(path, 0o750) == 0 || (errno == EEXIST && isFolder(path)) { return nil }
        return message(errno)
    }

    /// - Returns: nil, or the system's words.
    static func rename(_ from: String, to: String) -> String? {
        unsafe Glibc.rename(from, to) == 0 ? nil : message(errno)
    }

    /// Removes a file; one that is not there is no problem. - Returns: nil, or the system's words.
    static func remove(_ path: String) -> String? {
        unsafe unlink(path) == 0 || errno == ENOENT ? nil : message(errno)
    }

    /// Removes an empty folder; one that is not there is no problem. - Returns: nil, or the system's words.
    static func removeFolder(_ path: String) -> String? {
        unsafe rmdir(path) == 0 || errno == ENOENT ? nil : message(errno)
    }

    /// The folder that a path lies in.
    static func parent(_ path: String) -> String {
        let name = path.last == "/" ? path.dropLast() : path[...]
        guard let slash = name.lastIndex(of: "/") else { return "." }
        return slash == name.startIndex ? "/" : String(name[..<slash])
    }

    /// Whether a path, of which all but the end is there, leads into a folder or to it.
    static func isInside(_ path: String, _ folder: String) -> Bool {
        guard let outer = resolved(folder) else { return false }
        guard let inner = resolved(path) ?? resolved(parent(path)) else { return false }
        return inner == outer || inner.hasPrefix(outer == "/" ? outer : outer + "/")
    }

    /// Without links and dots; nil where there is nothing.
    private static func resolved(_ path: String) -> String? {
        // The text is the library's to give and ours to free.
        guard let text = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(text) }
        return unsafe String(cString: text)
    }

    /// Copies a file's octets; one that is not there is no problem. - Returns: nil, or the system's words.
    static func copy(_ from: String, to path: String) -> String? {
        let source = unsafe open(from, O_RDONLY | O_CLOEXEC)
        guard source >= 0 else { return errno == ENOENT ? nil : message(errno) }
        defer { close(source) }
        let target = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o640)
        guard target >= 0 else { return message(errno) }
        defer { close(target) }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            // Both calls stay within the array, which outlives them.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(source, $0.baseAddress, $0.count) }
            if count == 0 { return fsync(target) == 0 ? nil : message(errno) }
            guard count > 0 else { return message(errno) }
            var position = 0
            while position < count {
                let written = unsafe buffer[position..<count].withUnsafeBytes { unsafe write(target, $0.baseAddress, $0.count) }
                guard written > 0 else { return message(errno) }
                position += written
            }
        }
    }

    /// Makes new, renamed and removed names in a folder durable. - Returns: nil, or the system's words.
    static func synchronize(folder: String) -> String? {
        let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return message(errno) }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? nil : message(errno)
    }

    /// Makes a file's content durable. - Returns: nil, or the system's words.
    static func synchronize(file: String) -> String? {
        let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return message(errno) }
        defer { close(descriptor) }
        return fsync(descriptor) == 0 ? nil : message(errno)
    }

    static func message(_ code: Int32) -> String {
        // The text is the library's, good until the next call on this thread.
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }
}
