import FlowModel

/// What a key's words name by number: IPv6 addresses, texts and the buckets of a series.
struct KeyDictionaries: Sendable {
    static var bucketLimit: Int { FlowRequest.bucketLimit }
    private(set) var addresses = KeyIndex(width: 2)
    private(set) var texts: [String] = [""]
    private var textNumbers: [String: UInt32] = ["": 0]
    private(set) var buckets = KeyIndex(width: 1)
    private var words: [UInt64] = [0, 0]
    private var scratch: [UInt32] = [0]

    mutating func number(_ text: String) -> UInt32 {
        if let number = textNumbers[text] { return number }
        let number = UInt32(truncatingIfNeeded: texts.count)
        texts.append(text)
        textNumbers[text] = number
        return number
    }

    /// The code of an IPv6 address.
    mutating func code(_ address: IPAddress) -> UInt64 {
        // Bounded by the bound on groups, less than 2^32.
        words[0] = address.high
        words[1] = address.low
        _ = addresses.number(words, rows: 1, into: &scratch, limit: .max)
        return KeyLayout.wideAddress | UInt64(scratch[0])
    }

    func address(_ code: UInt64) -> IPAddress? {
        if code & KeyLayout.absentAddress != 0 { return nil }
        guard code & KeyLayout.wideAddress != 0 else { return IPAddress(ipv4: UInt32(truncatingIfNeeded: code)) }
        let index = Int(code & 0xFFFF_FFFF) * 2
        return IPAddress(high: addresses.keys[index], low: addresses.keys[index + 1])
    }

    /// Numbers buckets in place: each word becomes the number of the bucket it holds.
    mutating func number(buckets words: inout [UInt64], rows: Int) throws(FlowQueryError) {
        var numbers = [UInt32](repeating: 0, count: rows)
        guard buckets.number(words, rows: rows, into: &numbers, limit: Self.bucketLimit) else {
            throw .tooManyBuckets(limit: Self.bucketLimit)
        }
        for row in 0..<rows { words[row] = UInt64(numbers[row]) }
    }

    /// The bucket of a number: multiples of the interval since 1970.
    func bucket(_ code: UInt64) -> Int64 { Int64(bitPattern: buckets.keys[Int(code)]) }
}
