/// Milliseconds since 1970-01-01T00:00:00Z as RFC 3339 text and back, without Foundation.
package enum UTCTime {
    /// `2026-11-22T14:08:09.123Z`. Years outside 0...9999 are clamped.
    package static func text(milliseconds: Int64) -> String {
        var octets: [UInt8] = []
        octets.reserveCapacity(24)
        append(milliseconds: milliseconds, to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    package static func append(milliseconds: Int64, to octets: inout [UInt8]) {
        let clamped = min(max(milliseconds, -62_167_219_200_000), 253_402_300_799_999)
        let days = floorDivide(clamped, 86_400_000)
        let inDay = clamped - days * 86_400_000
        let (year, month, day) = civil(days: days)
        appendPadded(year, 4, to: &octets)
        octets.append(45)
        appendPadded(month, 2, to: &octets)
        octets.append(45)
        appendPadded(day, 2, to: &octets)
        octets.append(84)
        appendPadded(inDay / 3_600_000, 2, to: &octets)
        octets.append(58)
        appendPadded(inDay / 60_000 % 60, 2, to: &octets)
        octets.append(58)
        appendPadded(inDay / 1000 % 60, 2, to: &octets)
        octets.append(46)
        appendPadded(inDay % 1000, 3, to: &octets)
        octets.append(90)
    }

    /// Reads RFC 3339 (`2026-11-22T14:08:09Z`, fraction and numeric offset allowed, `t`, `z` and a blank for `T` too)
    /// and a bare date, which is its midnight in UTC. Fractions past milliseconds are cut.
    package static func milliseconds(_ text: String) -> Int64? {
        let s = Array(text.utf8)
        guard s.count >= 10, s[4] == 45, s[7] == 45,
            let year = number(s[0..<4]), let month = number(s[5..<7]), let day = number(s[8..<10]),
            (1...12).contains(month), (1...daysIn(month: month, year: year)).contains(day)
        else { return nil }
        var result = daysSinceEpoch(year: year, month: month, day: day) * 86_400_000
        if s.count == 10 { return result }
        guard s.count >= 20, s[10] == 84 || s[10] == 116 || s[10] == 32, s[13] == 58, s[16] == 58,
            let hour = number(s[11..<13]), let minute = number(s[14..<16]), let second = number(s[17..<19]),
            hour < 24, minute < 60, second < 61
        else { return nil }
        result += hour * 3_600_000 + minute * 60_000 + second * 1000
        var index = 19
        if s[index] == 46 {
            index += 1
            var scale: Int64 = 100
            let first = index
            while index < s.count, (48...57).contains(s[index]) {
                result += Int64(s[index] - 48) * scale
                scale /= 10
                index += 1
            }
            guard index > first, index < s.count else { return nil }
        }
        switch s[index] {
        case 90, 122:
            return index == s.count - 1 ? result : nil
        case 43, 45:
            guard s.count == index + 6, s[index + 3] == 58, let hours = number(s[(index + 1)..<(index + 3)]),
                let minutes = number(s[(index + 4)..<(index + 6)]), hours < 24, minutes < 60
            else { return nil }
            let offset = hours * 3_600_000 + minutes * 60_000
            return s[index] == 43 ? result - offset : result + offset
        default:
            return nil
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard (48...57).contains(digit) else { return nil }
            value = value * 10 + Int64(digit - 48)
        }
        return value
    }

    private static func appendPadded(_ value: Int64, _ width: Int, to octets: inout [UInt8]) {
        var divisor: Int64 = 1
        for _ in 1..<width { divisor *= 10 }
        while divisor > 0 {
            octets.append(UInt8(truncatingIfNeeded: 48 + value / divisor % 10))
            divisor /= 10
        }
    }

    package static func floorDivide(_ a: Int64, _ b: Int64) -> Int64 {
        let quotient = a / b
        return a % b < 0 ? quotient - 1 : quotient
    }

    // Days and civil dates of the proleptic Gregorian calendar, with years that begin in March.
    private static func civil(days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = floorDivide(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }

    private static func daysSinceEpoch(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = floorDivide(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func daysIn(month: Int64, year: Int64) -> Int64 {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
