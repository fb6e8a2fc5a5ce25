import Collecting
import Glibc
import NIOCore

extension CollectorError {
    /// Why the address cannot be listened on.
    init(listening error: any Error, host: String, port: Int) {
        let address = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        switch Self.errno(error) {
        case EADDRINUSE:
            self.init(
                .addressTaken,
                "\(address) is taken by another process; stop it, or choose another address with --listen HOST:PORT")
        case EADDRNOTAVAIL:
            self.init(
                .addressUnusable,
                "\(address) is no address of this machine; choose one of its own with --listen HOST:PORT, or 127.0.0.1:\(port)")
        case EACCES, EPERM:
            self.init(
                .notPermitted,
                "\(address) may not be listened on by this user; choose a port from 1024 on with --listen HOST:PORT")
        case .some(let number):
            self.init(
                .addressUnusable,
                "\(address) cannot be listened on (\(Self.message(number))); choose another address with --listen HOST:PORT")
        case nil:
            self.init(
                .addressUnusable,
                "\(address) cannot be listened on (\(error)); choose another address with --listen HOST:PORT")
        }
    }

    private static func errno(_ error: any Error) -> Int32? { (error as? IOError)?.errnoCode }

    private static func message(_ number: Int32) -> String {
        // The C library owns the text; it is copied at once.
        guard let text = unsafe strerror(number) else { return "error \(number)" }
        return unsafe String(cString: text)
    }
}

extension CollectorError {
    /// Why exporters cannot be listened to.
    init(exporters error: ListenerError) {
        self.init(.addressUnusable, "Exporters cannot be listened to: \(error)")
    }
}
