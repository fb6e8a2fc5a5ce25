/// The fields of one options record, by element. Options are few: this way is plain rather than fast.
struct OptionsRecord {
    private var fields: [FlowField.ElementKey: ArraySlice<UInt8>] = [:]

    init(keys: [FlowField.ElementKey], places: [Range<Int>], octets: [UInt8]) {
        for (key, place) in zip(keys, places) where fields[key] == nil { fields[key] = octets[place] }
    }

    /// The unsigned integer of an element; nil where it is missing or longer than 8 octets.
    func integer(_ key: FlowField.ElementKey) -> UInt64? {
        guard let octets = fields[key], (1...8).contains(octets.count) else { return nil }
        return octets.reduce(0) { $0 << 8 | UInt64($1) }
    }
    func integer(_ element: InformationElement) -> UInt64? { integer(FlowField.ElementKey(element)) }

    /// The text of an element, without the zeros that fill up fields of a fixed length.
    func text(_ element: InformationElement) -> String? {
        guard var octets = fields[FlowField.ElementKey(element)] else { return nil }
        while octets.last == 0 { octets.removeLast() }
        return String(decoding: octets, as: UTF8.self)
    }

    func octets(_ element: InformationElement) -> ArraySlice<UInt8>? { fields[FlowField.ElementKey(element)] }
}
