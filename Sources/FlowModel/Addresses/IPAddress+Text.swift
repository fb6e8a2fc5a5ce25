extension IPAddress: CustomStringConvertible {
    /// Dotted quad, or the canonical text of RFC 5952.
    package var description: String {
        var octets: [UInt8] = []
        octets.reserveCapacity(39)
        appendText(to: &octets)
        return String(decoding: octets, as: UTF8.self)
    }

    /// Appends the text of the address as ASCII; without an allocation where `octets` has room.
    package func appendText(to octets: inout [UInt8]) {
        guard isIPv6 else {
            for shift in stride(from: 24, through: 0, by: -8) {
                if shift != 24 { octets.append(UInt8(ascii: ".")) }
                Self.appendDecimal(UInt8(truncatingIfNeeded: low >> UInt64(shift)), to: &octets)
            }
            return
        }
        let (runStart, runEnd) = longestZeroRun()
        var index = 0
        while index < 8 {
            if index == runStart {
                octets.append(UInt8(ascii: ":"))
                octets.append(UInt8(ascii: ":"))
                index = runEnd
                continue
            }
            if index != 0 && index != runEnd { octets.append(UInt8(ascii: ":")) }
            Self.appendHex(group(index), to: &octets)
            index += 1
        }
    }

    private func group(_ index: Int) -> UInt16 {
        UInt16(truncatingIfNeeded: index < 4 ? high >> UInt64(48 - index * 16) : low >> UInt64(112 - index * 16))
    }

    /// The first longest run of two or more zero groups (RFC 5952 §4.2); (-1, -1) when there is none.
    private func longestZeroRun() -> (start: Int, end: Int) {
        var best = (start: -1, end: -1)
        var start = -1
        for index in 0...8 {
            if index < 8, group(index) == 0 {
                if start < 0 { start = index }
            } else if start >= 0 {
                if index - start >= 2, index - start > best.end - best.start { best = (start, index) }
                start = -1
            }
        }
        return best
    }

    private static func appendDecimal(_ value: UInt8, to octets: inout [UInt8]) {
        if value >= 100 { octets.append(48 + value / 100) }
        if value >= 10 { octets.append(48 + value / 10 % 10) }
        octets.append(48 + value % 10)
    }

    private static func appendHex(_ value: UInt16, to octets: inout [UInt8]) {
        var started = false
        for shift in stride(from: 12, through: 0, by: -4) {
            let digit = UInt8(truncatingIfNeeded: (value >> UInt16(shift)) & 15)
            if digit == 0 && !started && shift != 0 { continue }
            started = true
            octets.append(digit < 10 ? 48 + digit : 87 + digit)
        }
    }
}

extension IPAddress: LosslessStringConvertible {
    /// Reads a dotted quad (four decimal parts, no leading zeros) or any text form of RFC 4291 §2.2; no zone, no prefix.
    package init?(_ description: String) {
        let text = Array(description.utf8)
        if text.contains(UInt8(ascii: ":")) {
            guard let parsed = Self.parseIPv6(text[...]) else { return nil }
            self = parsed
        } else {
            guard let parsed = Self.parseIPv4(text[...]) else { return nil }
            self = IPAddress(ipv4: parsed)
        }
    }

    private static func parseIPv4(_ text: ArraySlice<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        for part in parts {
            guard (1...3).contains(part.count), part.count == 1 || part.first != 48 else { return nil }
            var number: UInt32 = 0
            for digit in part {
                guard (48...57).contains(digit) else { return nil }
                number = number * 10 + UInt32(digit - 48)
            }
            guard number <= 255 else { return nil }
            value = value << 8 | number
        }
        return value
    }

    private static func parseIPv6(_ text: ArraySlice<UInt8>) -> IPAddress? {
        guard text.count <= 45 else { return nil }
        var head: [UInt16] = []
        var tail: [UInt16] = []
        var sawGap = false
        var rest = text
        if rest.starts(with: [58, 58]) {
            sawGap = true
            rest = rest.dropFirst(2)
        } else if rest.first == 58 {
            return nil
        }
        while !rest.isEmpty {
            let part = rest.prefix { $0 != 58 }
            rest = rest.dropFirst(part.count)
            var groups: [UInt16] = []
            if part.contains(46) {
                guard rest.isEmpty, let v4 = parseIPv4(part) else { return nil }
                groups = [UInt16(v4 >> 16), UInt16(truncatingIfNeeded: v4)]
            } else {
                guard let group = parseHexGroup(part) else { return nil }
                groups = [group]
            }
            if sawGap { tail += groups } else { head += groups }
            if rest.isEmpty { break }
            rest = rest.dropFirst()
            if rest.first == 58 {
                guard !sawGap else { return nil }
                sawGap = true
                rest = rest.dropFirst()
            } else if rest.isEmpty {
                return nil
            }
        }
        let count = head.count + tail.count
        guard sawGap ? count <= 7 : count == 8 else { return nil }
        let groups = head + Array(repeating: 0, count: 8 - count) + tail
        let high = groups[0..<4].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        let low = groups[4..<8].reduce(UInt64(0)) { $0 << 16 | UInt64($1) }
        return IPAddress(high: high, low: low)
    }

    private static func parseHexGroup(_ part: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(part.count) else { return nil }
        var value: UInt16 = 0
        for digit in part {
            switch digit {
            case 48...57: value = value << 4 | UInt16(digit - 48)
            case 97...102: value = value << 4 | UInt16(digit - 87)
            case 65...70: value = value << 4 | UInt16(digit - 55)
            default: return nil
            }
        }
        return value
    }
}
