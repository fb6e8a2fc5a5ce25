/// Reads numbers with units: `10M`, `1.5KiB`, `20ms`, `1h30m`.
package enum Quantity {
    package enum Fault: Error, Sendable, Equatable {
        case notANumber
        case unknownUnit(String)
        case tooLarge
        case notWhole
    }

    /// The units that there are, for messages and the reference; each decimal one is a thousand of the one before.
    static let decimalUnits = ["k", "M", "G", "T", "P"]
    static let binaryUnits = ["KiB", "MiB", "GiB", "TiB"]
    static let spanUnits = ["us", "ms", "s", "m", "h", "d", "w"]

    /// Decimal `k M G T P` and binary `KiB MiB GiB TiB`, in any case, `B` allowed behind each.
    package static func count(_ text: String) throws(Fault) -> UInt64 {
        var rest = Array(text.utf8)[...]
        let number = try decimal(&rest)
        let unit = String(decoding: rest, as: UTF8.self)
        guard let factor = countFactor(unit) else { throw .unknownUnit(unit) }
        return try number.times(factor, over: 1)
    }

    /// A real number with the same units; an exponent is read too (`1e9`).
    package static func real(_ text: String) throws(Fault) -> Double {
        let octets = Array(text.utf8)
        var end = octets.prefix { (48...57).contains($0) || $0 == 46 }.count
        if end < octets.count, octets[end] | 0x20 == 101 {
            let sign = end + 1 < octets.count && (octets[end + 1] == 43 || octets[end + 1] == 45) ? 1 : 0
            let digits = octets[(end + 1 + sign)...].prefix { (48...57).contains($0) }.count
            if digits > 0 { end += 1 + sign + digits }
        }
        guard octets[..<end].contains(where: { (48...57).contains($0) }),
            let number = Double(String(decoding: octets[..<end], as: UTF8.self))
        else { throw .notANumber }
        let unit = String(decoding: octets[end...], as: UTF8.self)
        guard let factor = countFactor(unit) else { throw .unknownUnit(unit) }
        let value = number * Double(factor)
        guard value.isFinite else { throw .tooLarge }
        return value
    }

    /// A time span in whole units of `unit` microseconds: `us ms s m h d w`, several one after the other (`1h30m`).
    ///
    /// - Parameter unit: what a number without a unit counts, and what the result counts, in microseconds.
    package static func span(_ text: String, unit: UInt64) throws(Fault) -> UInt64 {
        var rest = Array(text.utf8)[...]
        var total: UInt64 = 0
        var parts = 0
        repeat {
            let number = try decimal(&rest)
            let letters = rest.prefix { !(48...57).contains($0) && $0 != 46 }
            rest = rest.dropFirst(letters.count)
            parts += 1
            let name = String(decoding: letters, as: UTF8.self)
            if name.isEmpty {
                guard parts == 1, rest.isEmpty else { throw .notANumber }
                return try number.times(1, over: 1)
            }
            guard let factor = spanFactor(name) else { throw .unknownUnit(name) }
            let (sum, overflow) = total.addingReportingOverflow(try number.times(factor, over: 1))
            guard !overflow else { throw .tooLarge }
            total = sum
        } while !rest.isEmpty
        guard total % unit == 0 else { throw .notWhole }
        return total / unit
    }

    private static func countFactor(_ unit: String) -> UInt64? {
        switch unit.lowercased() {
        case "", "b": 1
        case "k", "kb": 1000
        case "m", "mb": 1_000_000
        case "g", "gb": 1_000_000_000
        case "t", "tb": 1_000_000_000_000
        case "p", "pb": 1_000_000_000_000_000
        case "ki", "kib": 1 << 10
        case "mi", "mib": 1 << 20
        case "gi", "gib": 1 << 30
        case "ti", "tib": 1 << 40
        default: nil
        }
    }

    private static func spanFactor(_ unit: String) -> UInt64? {
        switch unit.lowercased() {
        case "us", "µs": 1
        case "ms": 1000
        case "s", "sec": 1_000_000
        case "m", "min": 60_000_000
        case "h": 3_600_000_000
        case "d": 86_400_000_000
        case "w": 604_800_000_000
        default: nil
        }
    }

    /// A number as digits × 10^-fraction.
    private struct Decimal {
        var digits: UInt64
        var fraction: Int

        func times(_ factor: UInt64, over divisor: UInt64) throws(Fault) -> UInt64 {
            let (high, low) = digits.multipliedFullWidth(by: factor)
            var scale: UInt64 = divisor
            for _ in 0..<fraction { scale *= 10 }
            guard high < scale else { throw .tooLarge }
            let (quotient, remainder) = scale.dividingFullWidth((high, low))
            guard remainder == 0 else { throw .notWhole }
            return quotient
        }
    }

    private static func decimal(_ rest: inout ArraySlice<UInt8>) throws(Fault) -> Decimal {
        var number = Decimal(digits: 0, fraction: 0)
        var sawPoint = false
        var sawDigit = false
        while let octet = rest.first {
            if octet == 46, !sawPoint {
                sawPoint = true
            } else if (48...57).contains(octet) {
                sawDigit = true
                // Fifteen places are more than any unit here can use.
                if sawPoint, number.fraction == 15 { throw .notWhole }
                let (tens, overflow) = number.digits.multipliedReportingOverflow(by: 10)
                let (sum, carry) = tens.addingReportingOverflow(UInt64(octet - 48))
                guard !overflow, !carry else { throw .tooLarge }
                number.digits = sum
                if sawPoint { number.fraction += 1 }
            } else {
                break
            }
            rest = rest.dropFirst()
        }
        guard sawDigit else { throw .notANumber }
        return number
    }
}
