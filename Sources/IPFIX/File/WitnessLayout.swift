import FlowModel

/// The template of witness records, and how they are written: docs/formats/batch.md, «Witness records».
///
/// Four templates differ in nothing but lengths (reduced-size encoding, RFC 7011 §6.2), so that an id always means the
/// same layout.
struct WitnessLayout: Hashable, Sendable {
    /// Some counter of the batch needs 8 octets instead of 4.
    var isWide: Bool
    /// Some part number needs 4 octets instead of 2.
    var isWidePart: Bool

    /// The elements, in the order in which they stand in a record.
    static let elements: [InformationElement] = [
        .flowId, .flowPart, .ingressInterface, .flowDirection, .packetDeltaCount, .octetDeltaCount,
        InformationElement.packetDeltaCount.reversed, InformationElement.octetDeltaCount.reversed,
    ]
    /// Of the narrowest layout; below the flow templates' 512.
    static let firstID: UInt16 = 300

    init(isWide: Bool, isWidePart: Bool) {
        self.isWide = isWide
        self.isWidePart = isWidePart
    }

    /// The narrowest layout that holds all of the records.
    init(of records: [WitnessRecord]) {
        var counters: UInt64 = 0
        var parts: UInt32 = 0
        for record in records {
            counters |= record.packetDeltaCount | record.octetDeltaCount
            counters |= record.reversePacketDeltaCount | record.reverseOctetDeltaCount
            parts |= record.part
        }
        self.init(isWide: counters > UInt64(UInt32.max), isWidePart: parts > UInt32(UInt16.max))
    }

    var templateID: UInt16 { Self.firstID + (isWide ? 1 : 0) + (isWidePart ? 2 : 0) }

    /// The octets that a field takes.
    func width(of element: InformationElement) -> Int {
        switch element {
        case .flowPart: isWidePart ? 4 : 2
        case .flowId, .ingressInterface, .flowDirection: Int(element.type.length)
        default: isWide ? 8 : 4
        }
    }

    func templateRecord(own: UInt32) -> [UInt8] {
        var record: [UInt8] = []
        record.appendBigEndian(templateID)
        record.appendBigEndian(UInt16(Self.elements.count))
        for element in Self.elements {
            record.append(field: FieldSpecifier(element, own: own, length: UInt16(width(of: element))))
        }
        return record
    }

    /// - Parameter interfaceNumbers: per entry of the batch's `names`, the interface's number in this file.
    func write(_ records: [WitnessRecord], interfaceNumbers: [UInt32], to writer: inout MessageWriter) {
        let length = Self.elements.reduce(0) { $0 + width(of: $1) }
        var next = 0
        while next < records.count {
            let room = writer.makeRoom(for: records.count - next, of: length, in: templateID)
            writer.withRoom { octets in
                var place = room.place
                for record in records[next..<next + room.count] {
                    put(record, interfaceNumbers, at: &place, into: &octets)
                }
            }
            next += room.count
        }
    }

    private func put(
        _ record: WitnessRecord, _ interfaceNumbers: [UInt32], at place: inout Int, into octets: inout MutableRawSpan
    ) {
        Self.store(record.flowId, at: &place, into: &octets)
        if isWidePart {
            Self.store(record.part, at: &place, into: &octets)
        } else {
            Self.store(UInt16(truncatingIfNeeded: record.part), at: &place, into: &octets)
        }
        let name = Int(record.interface)
        Self.store(name < interfaceNumbers.count ? interfaceNumbers[name] : 0, at: &place, into: &octets)
        Self.store(record.direction.rawValue, at: &place, into: &octets)
        putCounter(record.packetDeltaCount, at: &place, into: &octets)
        putCounter(record.octetDeltaCount, at: &place, into: &octets)
        putCounter(record.reversePacketDeltaCount, at: &place, into: &octets)
        putCounter(record.reverseOctetDeltaCount, at: &place, into: &octets)
    }

    private func putCounter(_ counter: UInt64, at place: inout Int, into octets: inout MutableRawSpan) {
        if isWide {
            Self.store(counter, at: &place, into: &octets)
        } else {
            Self.store(UInt32(truncatingIfNeeded: counter), at: &place, into: &octets)
        }
    }

    private static func store<T: FixedWidthInteger & BitwiseCopyable>(
        _ value: T, at place: inout Int, into octets: inout MutableRawSpan
    ) {
        octets.storeBytes(of: value.bigEndian, toByteOffset: place, as: T.self)
        place += MemoryLayout<T>.size
    }
}
