/// IANA's elements that batches are written with, from the registry «IPFIX Information Elements» of 2024-01-29.
extension InformationElement {
    static let octetDeltaCount = InformationElement(.iana, 1, "octetDeltaCount", .unsigned64, .deltaCounter, .octets)
    static let packetDeltaCount = InformationElement(.iana, 2, "packetDeltaCount", .unsigned64, .deltaCounter, .packets)
    static let protocolIdentifier = InformationElement(.iana, 4, "protocolIdentifier", .unsigned8, .identifier)
    static let tcpControlBits = InformationElement(.iana, 6, "tcpControlBits", .unsigned16, .flags)
    static let sourceTransportPort = InformationElement(.iana, 7, "sourceTransportPort", .unsigned16, .identifier)
    static let sourceIPv4Address = InformationElement(.iana, 8, "sourceIPv4Address", .ipv4Address)
    static let ingressInterface = InformationElement(.iana, 10, "ingressInterface", .unsigned32, .identifier)
    static let destinationTransportPort = InformationElement(
        .iana, 11, "destinationTransportPort", .unsigned16, .identifier)
    static let destinationIPv4Address = InformationElement(.iana, 12, "destinationIPv4Address", .ipv4Address)
    static let egressInterface = InformationElement(.iana, 14, "egressInterface", .unsigned32, .identifier)
    static let sourceIPv6Address = InformationElement(.iana, 27, "sourceIPv6Address", .ipv6Address)
    static let destinationIPv6Address = InformationElement(.iana, 28, "destinationIPv6Address", .ipv6Address)
    static let icmpTypeCodeIPv4 = InformationElement(.iana, 32, "icmpTypeCodeIPv4", .unsigned16, .identifier)
    static let samplingProbability = InformationElement(.iana, 311, "samplingProbability", .float64, .quantity)
    static let samplingInterval = InformationElement(.iana, 34, "samplingInterval", .unsigned32, .quantity, .packets)
    static let exportedOctetTotalCount = InformationElement(
        .iana, 40, "exportedOctetTotalCount", .unsigned64, .totalCounter, .octets)
    static let exportedMessageTotalCount = InformationElement(
        .iana, 41, "exportedMessageTotalCount", .unsigned64, .totalCounter, .messages)
    static let exportedFlowRecordTotalCount = InformationElement(
        .iana, 42, "exportedFlowRecordTotalCount", .unsigned64, .totalCounter, .flows)
    static let sourceMacAddress = InformationElement(.iana, 56, "sourceMacAddress", .macAddress)
    static let vlanId = InformationElement(.iana, 58, "vlanId", .unsigned16, .identifier)
    static let flowDirection = InformationElement(.iana, 61, "flowDirection", .unsigned8, .identifier)
    static let destinationMacAddress = InformationElement(.iana, 80, "destinationMacAddress", .macAddress)
    static let interfaceName = InformationElement(.iana, 82, "interfaceName", .string)
    static let flowEndReason = InformationElement(.iana, 136, "flowEndReason", .unsigned8, .identifier)
    static let icmpTypeCodeIPv6 = InformationElement(.iana, 139, "icmpTypeCodeIPv6", .unsigned16, .identifier)
    static let exportingProcessId = InformationElement(.iana, 144, "exportingProcessId", .unsigned32, .identifier)
    static let flowId = InformationElement(.iana, 148, "flowId", .unsigned64, .identifier)
    static let observationDomainId = InformationElement(.iana, 149, "observationDomainId", .unsigned32, .identifier)
    static let flowStartMilliseconds = InformationElement(
        .iana, 152, "flowStartMilliseconds", .dateTimeMilliseconds, .default, .milliseconds)
    static let flowEndMilliseconds = InformationElement(
        .iana, 153, "flowEndMilliseconds", .dateTimeMilliseconds, .default, .milliseconds)
    static let ignoredPacketTotalCount = InformationElement(
        .iana, 164, "ignoredPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let notSentFlowTotalCount = InformationElement(
        .iana, 166, "notSentFlowTotalCount", .unsigned64, .totalCounter, .flows)
    static let notSentPacketTotalCount = InformationElement(
        .iana, 167, "notSentPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let notSentOctetTotalCount = InformationElement(
        .iana, 168, "notSentOctetTotalCount", .unsigned64, .totalCounter, .octets)
    static let icmpTypeIPv4 = InformationElement(.iana, 176, "icmpTypeIPv4", .unsigned8, .identifier)
    static let icmpCodeIPv4 = InformationElement(.iana, 177, "icmpCodeIPv4", .unsigned8, .identifier)
    static let icmpTypeIPv6 = InformationElement(.iana, 178, "icmpTypeIPv6", .unsigned8, .identifier)
    static let icmpCodeIPv6 = InformationElement(.iana, 179, "icmpCodeIPv6", .unsigned8, .identifier)
    static let ipDiffServCodePoint = InformationElement(.iana, 195, "ipDiffServCodePoint", .unsigned8, .identifier)
    static let biflowDirection = InformationElement(.iana, 239, "biflowDirection", .unsigned8, .identifier)
    static let dot1qVlanId = InformationElement(.iana, 243, "dot1qVlanId", .unsigned16, .identifier)
    static let dot1qCustomerVlanId = InformationElement(.iana, 245, "dot1qCustomerVlanId", .unsigned16, .identifier)
    static let informationElementId = InformationElement(.iana, 303, "informationElementId", .unsigned16, .identifier)
    static let selectorAlgorithm = InformationElement(.iana, 304, "selectorAlgorithm", .unsigned16, .identifier)
    static let samplingPacketInterval = InformationElement(
        .iana, 305, "samplingPacketInterval", .unsigned32, .quantity, .packets)
    static let samplingPacketSpace = InformationElement(
        .iana, 306, "samplingPacketSpace", .unsigned32, .quantity, .packets)
    static let observationTimeMilliseconds = InformationElement(
        .iana, 323, "observationTimeMilliseconds", .dateTimeMilliseconds, .default, .milliseconds)
    static let informationElementDataType = InformationElement(.iana, 339, "informationElementDataType", .unsigned8)
    static let informationElementDescription = InformationElement(.iana, 340, "informationElementDescription", .string)
    static let informationElementName = InformationElement(.iana, 341, "informationElementName", .string)
    static let informationElementRangeBegin = InformationElement(
        .iana, 342, "informationElementRangeBegin", .unsigned64, .quantity)
    static let informationElementRangeEnd = InformationElement(
        .iana, 343, "informationElementRangeEnd", .unsigned64, .quantity)
    static let informationElementSemantics = InformationElement(.iana, 344, "informationElementSemantics", .unsigned8)
    static let informationElementUnits = InformationElement(.iana, 345, "informationElementUnits", .unsigned16)
    static let privateEnterpriseNumber = InformationElement(
        .iana, 346, "privateEnterpriseNumber", .unsigned32, .identifier)
    static let layer2SegmentId = InformationElement(.iana, 351, "layer2SegmentId", .unsigned64, .identifier)
}
