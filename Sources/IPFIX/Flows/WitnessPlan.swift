import FlowModel

/// How to read the records of a template of witness records.
///
/// Known by its elements, not by its id: flowId, the project's flowPart and an interface, with packets, and no addresses.
/// Integers may have any length from 1 to 8 octets.
struct WitnessPlan: Hashable, Sendable {
    private struct Place: Hashable, Sendable {
        var offset: Int
        var length: Int
    }

    private var flowId: Place
    private var part: Place
    private var interface: Place
    private var direction: Place?
    private var packets: Place
    private var octets: Place?
    private var reversePackets: Place?
    private var reverseOctets: Place?

    /// - Returns: nil for a template that holds something else.
    init?(fields: [FieldSpecifier], keys: [FlowField.ElementKey]) {
        guard !fields.hasVariable else { return nil }
        var places: [FlowField.ElementKey: Place] = [:]
        var offset = 0
        for (field, key) in zip(fields, keys) {
            if (1...8).contains(field.length), places[key] == nil {
                places[key] = Place(offset: offset, length: Int(field.length))
            }
            offset += Int(field.length)
        }
        func place(_ element: InformationElement) -> Place? { places[FlowField.ElementKey(element)] }
        guard let flowId = place(.flowId), let part = place(.flowPart), let interface = place(.ingressInterface),
            let packets = place(.packetDeltaCount)
        else { return nil }
        self.flowId = flowId
        self.part = part
        self.interface = interface
        self.packets = packets
        direction = place(.flowDirection)
        octets = place(.octetDeltaCount)
        reversePackets = place(InformationElement.packetDeltaCount.reversed)
        reverseOctets = place(InformationElement.octetDeltaCount.reversed)
    }

    /// One record that begins at `start`; `interface` is the number that it has in the file.
    ///
    /// - Precondition: the record lies within `bytes`.
    func record(at start: Int, _ bytes: RawSpan) -> WitnessRecord {
        func value(_ place: Place?) -> UInt64 {
            guard let place else { return 0 }
            return bytes.unsigned(at: start + place.offset, length: place.length)
        }
        var record = WitnessRecord()
        record.flowId = value(flowId)
        record.part = UInt32(clamping: value(part))
        record.interface = UInt32(clamping: value(interface))
        if direction != nil {
            let number = value(direction)
            record.direction = number == 0 ? .ingress : number == 1 ? .egress : .absent
        }
        record.packetDeltaCount = value(packets)
        record.octetDeltaCount = value(octets)
        record.reversePacketDeltaCount = value(reversePackets)
        record.reverseOctetDeltaCount = value(reverseOctets)
        return record
    }
}
