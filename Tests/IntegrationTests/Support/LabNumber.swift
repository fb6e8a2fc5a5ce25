import Foundation

/// A lab's number that no other test run has while this lives, in this process or another.
///
/// Apart from a lab that somebody has by hand (0) and from the demo's (1); `ZONAL_LAB_NUMBER` says where to begin.
final class LabNumber {
    static let first = Int(ProcessInfo.processInfo.environment["ZONAL_LAB_NUMBER"] ?? "") ?? 2
    static let last = 99

    let value: Int
    /// The lock goes with the descriptor, which no started program inherits.
    private let descriptor: Int32

    init() throws {
        let folder = "/run/zonal-lab"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in Self.first...max(Self.first, Self.last) {
            // The path lives until the call returns.
            let descriptor = unsafe open("\(folder)/\(number).test", O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
            guard descriptor >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EACCES) }
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                (value, self.descriptor) = (number, descriptor)
                return
            }
            close(descriptor)
        }
        throw Program.Failure(description: "every lab from number \(Self.first) on is in use: see \(folder)/*.test")
    }

    deinit { close(descriptor) }
}
