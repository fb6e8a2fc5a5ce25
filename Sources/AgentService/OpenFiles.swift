import Glibc

/// The limit of open files: each captured interface takes one, each namespace some.
package enum OpenFiles {
    /// Raises the soft limit to the hard one, as every process may (setrlimit(2)).
    ///
    /// - Returns: the limit that holds now.
    @discardableResult
    package static func raiseLimit() -> UInt64 {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
        guard limit.rlim_cur < limit.rlim_max else { return UInt64(limit.rlim_cur) }
        var raised = limit
        raised.rlim_cur = limit.rlim_max
        let status = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised)
        return UInt64(status == 0 ? raised.rlim_cur : limit.rlim_cur)
    }
}
