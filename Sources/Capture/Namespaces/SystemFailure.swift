import Glibc

/// What a system call said.
struct SystemFailure: Error, Sendable, Equatable {
    let number: Int32

    /// Of the call just made.
    static var last: SystemFailure { SystemFailure(number: errno) }

    // The C library owns the text, which is copied at once.
    var text: String { unsafe String(cString: strerror(number)) }
}
