import Glibc

/// The collector's clock.
package enum WallClock {
    /// Milliseconds since 1970 UTC.
    package static func milliseconds() -> Int64 {
        var now = timespec()
        // The structure is ours for the length of the call.
        guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else { return 0 }
        return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
    }
}
