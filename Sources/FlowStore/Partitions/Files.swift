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
