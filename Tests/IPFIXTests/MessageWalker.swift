/// Counts the data records of messages, apart from the decoder: templates by their own small reading.
struct MessageWalker {
    private var templates: [UInt16: [UInt16]] = [:]

    mutating func records(_ octets: [UInt8], message: Range<Int>) -> UInt32 {
        var count: UInt32 = 0
        var place = message.lowerBound + 16
        while place < message.upperBound {
            let id = Self.big(octets, place)
            let end = place + Int(Self.big(octets, place + 2))
            var content = place + 4
            if id == 2 || id == 3 {
                while content < end { content = template(octets, at: content, headerLength: id == 2 ? 4 : 6) }
            } else {
                let lengths = templates[id] ?? []
                while content < end, !lengths.isEmpty {
                    for length in lengths { content += Self.length(octets, &content, length) }
                    count += 1
                }
            }
            place = end
        }
        return count
    }

    private mutating func template(_ octets: [UInt8], at start: Int, headerLength: Int) -> Int {
        var place = start + headerLength
        var lengths: [UInt16] = []
        for _ in 0..<Self.big(octets, start + 2) {
            lengths.append(Self.big(octets, place + 2))
            place += octets[place] & 0x80 != 0 ? 8 : 4
        }
        templates[Self.big(octets, start)] = lengths
        return place
    }

    private static func length(_ octets: [UInt8], _ place: inout Int, _ length: UInt16) -> Int {
        guard length == 65_535 else { return Int(length) }
        let short = Int(octets[place])
        place += 1
        guard short == 255 else { return short }
        place += 2
        return Int(big(octets, place - 2))
    }

    private static func big(_ octets: [UInt8], _ place: Int) -> UInt16 {
        UInt16(octets[place]) << 8 | UInt16(octets[place + 1])
    }
}
