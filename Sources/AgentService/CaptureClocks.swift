import Foundation
import Glibc

/// The two clocks of a capture loop, in milliseconds.
package struct CaptureClocks: Sendable {
    /// Since 1970 UTC: that which the kernel stamps frames with. It may be set, forward and back.
    package var wall: @Sendable () -> Int64
    /// Since some moment: paces what is to be done. Nobody sets it.
    package var steady: @Sendable () -> Int64

    package init(wall: @escaping @Sendable () -> Int64, steady: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.steady = steady
    }

    package static let system = CaptureClocks(
        wall: { Int64(Date().timeIntervalSince1970 * 1000) },
        steady: {
            var now = timespec()
            // The clock is always there (clock_gettime(2)).
            unsafe clock_gettime(CLOCK_MONOTONIC, &now)
            return Int64(now.tv_sec) * 1000 + Int64(now.tv_nsec) / 1_000_000
        })
}
