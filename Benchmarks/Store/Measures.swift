import Foundation

/// CPU (user and system) and wall seconds since the last lap.
struct Stopwatch {
    private var cpu = cpuSeconds()
    private var wall = wallSeconds()

    mutating func lap() -> (cpu: Double, wall: Double) {
        let now = (cpuSeconds(), wallSeconds())
        defer { (cpu, wall) = now }
        return (now.0 - cpu, now.1 - wall)
    }
}

/// Of all threads of the process, or of the calling one.
func cpuSeconds(ofThread: Bool = false) -> Double { seconds(ofThread ? CLOCK_THREAD_CPUTIME_ID : CLOCK_PROCESS_CPUTIME_ID) }

func wallSeconds() -> Double { seconds(CLOCK_MONOTONIC) }

private func seconds(_ clock: clockid_t) -> Double {
    var time = timespec()
    // The address of a local, for the length of the call.
    _ = unsafe clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

/// Memory of this process in MiB, as the kernel counts it: `VmRSS` now, `VmHWM` at its highest.
func memory(_ key: String) -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(key + ":") }
    return (line?.split(whereSeparator: { " \t".contains($0) }).dropFirst().first).flatMap { Double($0) }.map { $0 / 1024 } ?? 0
}

/// Bytes that the files below a folder take on disk.
func diskBytes(_ folder: String) -> Int64 {
    var sum: Int64 = 0
    guard let files = FileManager.default.enumerator(atPath: folder) else { return 0 }
    for case let file as String in files {
        var status = stat()
        // Both pointers are good for the call; a file that has gone by now counts nothing.
        if unsafe lstat(folder + "/" + file, &status) == 0, status.st_mode & S_IFMT == S_IFREG { sum += Int64(status.st_blocks) * 512 }
    }
    return sum
}

/// Lets the kernel forget the pages of all files below a folder, as far as nobody uses them.
func dropPages(_ folder: String) {
    guard let files = FileManager.default.enumerator(atPath: folder) else { return }
    for case let file as String in files {
        let descriptor = unsafe open(folder + "/" + file, O_RDONLY)
        guard descriptor >= 0 else { continue }
        _ = fsync(descriptor)
        _ = posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED)
        Glibc.close(descriptor)
    }
}

/// Some measurements of one thing.
struct Samples {
    private var values: [Double] = []

    var count: Int { values.count }
    var all: [Double] { values }
    var median: Double { quantile(0.5) }
    var highest: Double { values.max() ?? 0 }

    mutating func add(_ value: Double) { values.append(value) }

    mutating func add(_ other: Samples) { values += other.values }

    /// The smallest value that so large a part of all does not exceed; 0 without any.
    func quantile(_ part: Double) -> Double {
        guard !values.isEmpty else { return 0 }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, max(0, Int((Double(sorted.count) * part).rounded(.up)) - 1))]
    }

    /// Median and range.
    func text(_ format: String, _ factor: Double = 1) -> String {
        let low = values.min() ?? 0
        return [median, low, highest].map { String(format: format, $0 * factor) }.withRange
    }
}

extension [String] {
    fileprivate var withRange: String { "\(self[0]) (\(self[1])..\(self[2]))" }
}
