import Glibc

/// The lock that makes one process the writer of a data folder: `flock` on the file `lock`, which holds its process id.
/// The kernel lets it go with the process, however that ends; the file stays.
final class FolderLock: Sendable {
    private let descriptor: Int32

    init(folder: String) throws(StoreError) {
        let path = folder + "/lock"
        // The path is a C string for the length of the call.
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw StoreError(
                .notWritable, place: folder,
                "the data folder cannot be written (\(Files.message(errno))); check its owner and mode")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.read(descriptor)
            close(descriptor)
            let who = holder.map { "process \($0)" } ?? "another process"
            throw StoreError(
                .locked, place: folder,
                "\(who) writes this data folder; ask it instead (--collector URL), or stop it first")
        }
        let text = Array("\(getpid())\n".utf8)
        // The pointer is good for the call. A pid that cannot be written costs a less helpful message only.
        _ = ftruncate(descriptor, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// Lets go before the end of this object's life.
    func release() { _ = flock(descriptor, LOCK_UN) }

    private static func read(_ descriptor: Int32) -> Int? {
        var octets = [UInt8](repeating: 0, count: 32)
        let length = unsafe octets.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, $0.count, 0) }
        guard length > 0 else { return nil }
        return Int(String(decoding: octets[..<length].prefix { $0 != 10 }, as: UTF8.self))
    }
}
