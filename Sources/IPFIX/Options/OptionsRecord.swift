/// The fields of one options record, by element. Options are few: this way is plain rather than fast.
struct OptionsRecord {
    private let fields: [FlowField.ElementKey: Int]
    private let places: [Range<Int>]
    private let file: [UInt8]

    /// - Parameters:
    ///   - fields: where in `places` the field of an element is.
    ///   - octets: the file that the places are of.
    init(_ fields: [FlowField.ElementKey: Int], at places: [Range<Int>], octets: [UInt8]) {
        self.fields = fields
        self.places = places
        file = octets
    }

    private func octets(_ key: FlowField.ElementKey) -> ArraySlice<UInt8>? { fields[key].map { file[places[$0]] } }

    /// The unsigned integer of an element; nil where it is missing or longer than 8 octets.
    func integer(_ key: FlowField.ElementKey) -> UInt64? {
        guard let octets = octets(key), (1...8).contains(octets.count) else { return nil }
        return octets.reduce(0) { $0 << 8 | UInt64($1) }
    }
    func integer(_ element: InformationElement) -> UInt64? { integer(FlowField.ElementKey(element)) }

    /// The text of an element, without the zeros that fill up fields of a fixed length.
    func text(_ element: InformationElement) -> String? {
        guard var octets = octets(element) else { return nil }
        while octets.last == 0 { octets.removeLast() }
        return String(decoding: octets, as: UTF8.self)
    }

    func octets(_ element: InformationElement) -> ArraySlice<UInt8>? { octets(FlowField.ElementKey(element)) }
}
