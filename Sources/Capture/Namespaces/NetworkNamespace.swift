import CLinux
import Glibc

/// A network namespace of this host, by a file that stands for it (namespaces(7)).
package struct NetworkNamespace: Sendable, Hashable {
    /// The name under `/run/netns`, or `pid:` and a process id.
    package let name: String
    package let path: String
    /// The one namespace that is meant: another that the name stands for later is not it, and is not entered. nil means
    /// whichever the name stands for.
    package private(set) var pin: Identity?

    /// One of `ip netns`.
    package init(named name: String) {
        self.name = name
        path = "\(Self.folder)/\(name)"
    }

    /// That of a process.
    package init(ofProcess identifier: Int32) {
        name = "pid:\(identifier)"
        path = "/proc/\(identifier)/ns/net"
    }

    /// What people write: a name of `ip netns`, or `pid:N`.
    ///
    /// - Returns: nil for what can be neither.
    package init?(_ text: String) {
        guard text.hasPrefix("pid:") else {
            guard !text.isEmpty, !text.contains("/"), text != ".", text != "..", !text.utf8.contains(0) else { return nil }
            self.init(named: text)
            return
        }
        let digits = text.dropFirst(4)
        guard digits.utf8.allSatisfy({ (48...57).contains($0) }), let identifier = Int32(digits), identifier > 0 else { return nil }
        self.init(ofProcess: identifier)
    }

    /// This and no other that may come under its name.
    ///
    /// - Throws: `namespace` when there is none, `permission` when it may not be looked at.
    package func pinned() throws(CaptureError) -> NetworkNamespace {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(.last) }
        defer { close(descriptor) }
        guard let identity = Self.identity(descriptor) else { throw failure(SystemFailure(number: EINVAL)) }
        var copy = self
        copy.pin = identity
        return copy
    }

    /// How `ip` is called for it.
    var ipCommand: String {
        name.hasPrefix("pid:") ? "nsenter -t \(name.dropFirst(4)) -n ip" : "ip -n \(name)"
    }

    package static let folder = "/run/netns"

    /// Those of `ip netns`, by name. Some of the files may be none, left by a crash.
    ///
    /// - Throws: `namespaceEntry` when they cannot be listed; where there never was any, there is none.
    package static func named() throws(CaptureError) -> [NetworkNamespace] {
        guard let opened = unsafe opendir(folder) else {
            let failure = SystemFailure.last
            guard failure.number != ENOENT else { return [] }
            throw CaptureError(.namespaceEntry, place: folder, "network namespaces cannot be listed: \(failure.text)")
        }
        defer { unsafe closedir(opened) }
        var found: [NetworkNamespace] = []
        while let entry = unsafe readdir(opened) {
            // The entry is good until the next `readdir`; its name ends with a zero.
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { octets in
                unsafe String(decoding: octets.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { found.append(NetworkNamespace(named: name)) }
        }
        return found.sorted { $0.name < $1.name }
    }

    /// The same for every file that stands for this namespace, while it lives; nil when there is none.
    package var identity: Identity? {
        // The path is a C string for the length of the call.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        return Self.identity(descriptor)
    }

    private static func identity(_ descriptor: Int32) -> Identity? {
        var place = statfs()
        var status = stat()
        // NSFS_MAGIC, linux/magic.h.
        guard unsafe fstatfs(descriptor, &place) == 0, place.f_type == 0x6E73_6673, unsafe fstat(descriptor, &status) == 0 else {
            return nil
        }
        return Identity(device: UInt64(status.st_dev), number: UInt64(status.st_ino))
    }

    package struct Identity: Sendable, Hashable {
        let device: UInt64
        let number: UInt64
    }

    /// That of this process.
    package static var own: NetworkNamespace { NetworkNamespace(ofProcess: getpid()) }

    /// Runs `body` inside the namespace, on a thread of its own, since a thread that has changed its namespace is good for
    /// nothing else.
    ///
    /// - Throws: `namespace` when it is gone, or the name is another's now; `permission` when it may not be entered.
    func inside<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws(CaptureError) -> Value {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(.last) }
        defer { close(descriptor) }
        // A file that is none is left to the kernel to refuse.
        if let pin, Self.identity(descriptor) != pin { throw failure(SystemFailure(number: ENOENT)) }
        let work = Work(descriptor: descriptor, body)
        var thread = pthread_t()
        // The thread takes the reference over, and is waited for.
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                unsafe Unmanaged<ThreadWork>.fromOpaque(argument).takeRetainedValue().run()
                return nil
            }, Unmanaged<ThreadWork>.passRetained(work).toOpaque())
        guard status == 0 else {
            unsafe Unmanaged<ThreadWork>.passUnretained(work).release()
            throw CaptureError(.namespaceEntry, place: name, "no thread to enter it with: \(SystemFailure(number: status).text)")
        }
        pthread_join(thread, nil)
        switch work.result {
        case .success(let value)?: return value
        case .failure(let error)?: throw failure(error)
        case nil: preconditionFailure("the thread has ended without a result")
        }
    }

    private func failure(_ failure: SystemFailure) -> CaptureError {
        switch failure.number {
        case EPERM, EACCES:
            CaptureError(
                .permission, place: name,
                "no permission to enter the network namespace; it takes CAP_SYS_ADMIN (and CAP_SYS_PTRACE for another user's process)")
        case ENOENT, ESRCH, EINVAL:
            CaptureError(
                .namespace, place: name,
                name.hasPrefix("pid:")
                    ? "there is no such process" : "there is no such network namespace; `ip netns` lists those there are")
        default:
            CaptureError(.namespaceEntry, place: name, "the network namespace cannot be entered: \(failure.text)")
        }
    }

    /// Opens a socket, which belongs to the namespace where it was opened, whoever uses it.
    static func openSocket(
        _ domain: Int32, _ type: Int32, _ number: Int32, in namespace: NetworkNamespace?
    ) throws(CaptureError) -> Result<Int32, SystemFailure> {
        let open = { @Sendable () -> Result<Int32, SystemFailure> in
            let descriptor = socket(domain, type, number)
            return descriptor >= 0 ? .success(descriptor) : .failure(.last)
        }
        guard let namespace else { return open() }
        return try namespace.inside(open)
    }
}

/// Something to do on a thread of its own.
private class ThreadWork {
    func run() {}
}

/// Enters a namespace, and does it there. Written by its thread, and read when that has ended.
private final class Work<Value: Sendable>: ThreadWork {
    private let descriptor: Int32
    private let body: @Sendable () -> Value
    private(set) var result: Result<Value, SystemFailure>?

    init(descriptor: Int32, _ body: @escaping @Sendable () -> Value) {
        self.descriptor = descriptor
        self.body = body
    }

    override func run() {
        // CLONE_NEWNET, linux/sched.h.
        result = setns(descriptor, 0x4000_0000) == 0 ? .success(body()) : .failure(.last)
    }
}
