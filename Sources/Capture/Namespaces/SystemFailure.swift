import Glibc

/// What a system call said.
struct SystemFailure: Error, Sendable, Equatable {
    let number: Int32

    /// Of the call just made.
    static var last: SystemFailure { SystemFailure(number: errno) }

    /// With the mend, where there is one.
    var text: String {
        // The C library owns the text, which is copied at once.
        let text = unsafe String(cString: strerror(number))
        return number == EMFILE ? text + "; raise the limit (ulimit -n, or LimitNOFILE= of a systemd unit)" : text
    }
}
