/// A broadcast frame of an EtherType for experiments (IEEE 802 section 9.2.3) behind tags, known by a number in its source.
struct TaggedFrame {
    let octets: [UInt8]

    init(_ number: UInt8, _ tags: [[UInt8]] = []) {
        octets = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0, 0, number] + tags.flatMap { $0 } + [0x88, 0xB5] + Array(0..<60)
    }
}
