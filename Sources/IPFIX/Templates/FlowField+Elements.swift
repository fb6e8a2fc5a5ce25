extension FlowField {
    /// Whose element a field specifier names, with the own enterprise number put aside: it can be configured.
    struct ElementKey: Hashable, Sendable {
        enum Owner: Hashable, Sendable {
            case own
            case enterprise(UInt32)
            case iana
        }
        var owner: Owner
        var number: UInt16

        init(_ owner: Owner, _ number: UInt16) {
            self.owner = owner
            self.number = number
        }

        init(_ field: FieldSpecifier, own: UInt32) {
            let owner: Owner = field.enterprise.map { $0 == own ? .own : .enterprise($0) } ?? .iana
            self.init(owner, field.number)
        }

        init(_ element: InformationElement) {
            switch element.registry {
            case .iana: self.init(.iana, element.number)
            case .reverse: self.init(.enterprise(InformationElement.reverseEnterpriseNumber), element.number)
            case .own: self.init(.own, element.number)
            }
        }
    }

    /// The meaning of every element that flow records are read from.
    static let meanings: [ElementKey: FlowField] = {
        var meanings: [ElementKey: FlowField] = [:]
        for field in allCases {
            if let element = field.element { meanings[ElementKey(element)] = field }
        }
        for (number, field) in otherIANA { meanings[ElementKey(.iana, number)] = field }
        for (number, field) in otherReverse {
            meanings[ElementKey(.enterprise(InformationElement.reverseEnterpriseNumber), number)] = field
        }
        for (number, field) in cert { meanings[ElementKey(.enterprise(certEnterpriseNumber), number)] = field }
        return meanings
    }()

    private static let otherIANA: [(UInt16, FlowField)] = [
        (5, .typeOfService),  // ipClassOfService
        (21, .endUptime), (22, .startUptime),  // flowEndSysUpTime, flowStartSysUpTime
        (32, .icmpTypeAndCode), (139, .icmpTypeAndCode),  // icmpTypeCodeIPv4, icmpTypeCodeIPv6
        (58, .vlanId),
        (85, .totalOctets), (86, .totalPackets),
        (150, .startSeconds), (151, .endSeconds),
        (154, .startMicroseconds), (155, .endMicroseconds),
        (156, .startNanoseconds), (157, .endNanoseconds),
        (158, .startDeltaMicroseconds), (159, .endDeltaMicroseconds),
        (160, .systemInitTime),
        (161, .durationMilliseconds), (162, .durationMicroseconds),
        (231, .initiatorOctets), (232, .responderOctets), (298, .initiatorPackets), (299, .responderPackets),
        (305, .samplingPacketInterval), (306, .samplingPacketSpace),
    ]

    private static let otherReverse: [(UInt16, FlowField)] = [
        (85, .reverseTotalOctets), (86, .reverseTotalPackets),
    ]

    /// CERT's elements, as YAF writes them: the flags of the first packet, and of all packets after it.
    private static let certEnterpriseNumber: UInt32 = 6871
    private static let cert: [(UInt16, FlowField)] = [
        (14, .initialTCPFlags), (15, .unionTCPFlags),
        (14 | 0x4000, .reverseInitialTCPFlags), (15 | 0x4000, .reverseUnionTCPFlags),
    ]
}
