import FlowModel

/// What a key's words name by number: addresses, texts and the buckets of a series.
struct KeyDictionaries: Sendable {
    /// Number 0 stands for an absent address: it is none that there is.
    private(set) var addresses = AddressNumbers(first: Self.noAddress)
    private(set) var texts: [String] = [""]
    private var textNumbers: [String: UInt32] = ["": 0]
    /// By number: multiples of the interval since 1970.
    private(set) var buckets: [Int64] = []
    private var bucketNumbers: [Int64: UInt32] = [:]
    /// The table that the last block's ids were of, and the number of each id; 0 where it was not asked for yet.
    private var table: AddressTable?
    private var numbersByID: [UInt32] = []

    private static let noAddress: IPAddress = {
        var address = IPAddress.zero
        address.high = 1
        return address
    }()

    /// Octets in memory, about.
    var memory: Int { addresses.count * 36 + textOctets + numbersByID.count * 4 }
    private var textOctets = 64

    mutating func number(_ text: String) -> UInt32 {
        if let number = textNumbers[text] { return number }
        let number = UInt32(truncatingIfNeeded: texts.count)
        texts.append(text)
        textOctets += 64 + text.utf8.count
        textNumbers[text] = number
        return number
    }

    mutating func number(_ address: IPAddress) -> UInt32 { addresses.number(adding: address) }

    /// Makes ready for ids of a table.
    mutating func use(_ asked: AddressTable) {
        guard table !== asked else { return }
        table = asked
        numbersByID = [UInt32](repeating: 0, count: asked.addresses.count)
    }

    /// The number of an id of the table in use.
    @inline(__always)
    mutating func number(id: UInt32) -> UInt32 {
        let known = numbersByID[Int(id)]
        return known != 0 ? known : add(id)
    }

    private mutating func add(_ id: UInt32) -> UInt32 {
        guard let table else { return 0 }
        let number = addresses.number(adding: table.addresses[Int(id)])
        numbersByID[Int(id)] = number
        return number
    }

    /// nil for the number of an absent one.
    func address(_ number: UInt64) -> IPAddress? { number == 0 ? nil : addresses.addresses[Int(number)] }

    mutating func number(bucket: Int64) throws(FlowQueryError) -> UInt32 {
        if let number = bucketNumbers[bucket] { return number }
        guard buckets.count < FlowRequest.bucketLimit else { throw .tooManyBuckets(limit: FlowRequest.bucketLimit) }
        let number = UInt32(truncatingIfNeeded: buckets.count)
        buckets.append(bucket)
        bucketNumbers[bucket] = number
        return number
    }
}
