import Foundation

/// The clock on the wall.
package enum WallClock {
    /// Milliseconds since 1970 UTC.
    package static func milliseconds() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
