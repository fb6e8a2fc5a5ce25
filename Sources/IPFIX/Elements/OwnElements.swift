/// The project's own elements, for what IANA has no element for. Numbers are never given twice; docs/formats/batch.md
/// says what each means, and every file declares them all (RFC 5610).
extension InformationElement {
    static let initialFlowStartMilliseconds = InformationElement(
        .own, 1, "initialFlowStartMilliseconds", .dateTimeMilliseconds, .default, .milliseconds)
    static let initiatorBasis = InformationElement(.own, 2, "initiatorBasis", .unsigned8, .identifier)
    static let connectionState = InformationElement(.own, 3, "connectionState", .unsigned8, .identifier)
    static let initialTCPControlBits = InformationElement(.own, 4, "initialTCPControlBits", .unsigned8, .flags)
    static let reverseInitialTCPControlBits = InformationElement(
        .own, 5, "reverseInitialTCPControlBits", .unsigned8, .flags)
    static let retransmittedSegmentDeltaCount = InformationElement(
        .own, 6, "retransmittedSegmentDeltaCount", .unsigned32, .deltaCounter, .packets)
    static let reverseRetransmittedSegmentDeltaCount = InformationElement(
        .own, 7, "reverseRetransmittedSegmentDeltaCount", .unsigned32, .deltaCounter, .packets)
    static let outOfOrderSegmentDeltaCount = InformationElement(
        .own, 8, "outOfOrderSegmentDeltaCount", .unsigned32, .deltaCounter, .packets)
    static let reverseOutOfOrderSegmentDeltaCount = InformationElement(
        .own, 9, "reverseOutOfOrderSegmentDeltaCount", .unsigned32, .deltaCounter, .packets)
    static let clientRoundTripTimeMicroseconds = InformationElement(
        .own, 10, "clientRoundTripTimeMicroseconds", .unsigned32, .quantity, .microseconds)
    static let serverRoundTripTimeMicroseconds = InformationElement(
        .own, 11, "serverRoundTripTimeMicroseconds", .unsigned32, .quantity, .microseconds)
    static let flowPart = InformationElement(.own, 12, "flowPart", .unsigned32, .identifier)
    static let overlayEncapsulation = InformationElement(.own, 13, "overlayEncapsulation", .unsigned8, .identifier)
    static let virtualNetworkId = InformationElement(.own, 14, "virtualNetworkId", .unsigned32, .identifier)
    static let outerSourceIPv4Address = InformationElement(.own, 15, "outerSourceIPv4Address", .ipv4Address)
    static let outerDestinationIPv4Address = InformationElement(.own, 16, "outerDestinationIPv4Address", .ipv4Address)
    static let outerSourceIPv6Address = InformationElement(.own, 17, "outerSourceIPv6Address", .ipv6Address)
    static let outerDestinationIPv6Address = InformationElement(.own, 18, "outerDestinationIPv6Address", .ipv6Address)
    static let witnessCount = InformationElement(.own, 19, "witnessCount", .unsigned16, .quantity)
    static let countedFlow = InformationElement(.own, 20, "countedFlow", .boolean)
    static let agentId = InformationElement(.own, 21, "agentId", .unsigned32, .identifier)
    static let agentName = InformationElement(.own, 22, "agentName", .string)
    static let agentEpoch = InformationElement(.own, 23, "agentEpoch", .unsigned64, .identifier)
    static let interfaceKind = InformationElement(.own, 24, "interfaceKind", .string)
    static let capturedPacketTotalCount = InformationElement(
        .own, 25, "capturedPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let kernelDroppedPacketTotalCount = InformationElement(
        .own, 26, "kernelDroppedPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let meteredPacketTotalCount = InformationElement(
        .own, 27, "meteredPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let witnessedPacketTotalCount = InformationElement(
        .own, 28, "witnessedPacketTotalCount", .unsigned64, .totalCounter, .packets)
    static let notMeteredReason = InformationElement(.own, 29, "notMeteredReason", .string)
    static let evictedFlowTotalCount = InformationElement(
        .own, 30, "evictedFlowTotalCount", .unsigned64, .totalCounter, .flows)
    static let agentGoodbye = InformationElement(.own, 31, "agentGoodbye", .boolean)
    static let batchRecordCount = InformationElement(.own, 32, "batchRecordCount", .unsigned32, .quantity)
    static let localIPv4Address = InformationElement(.own, 33, "localIPv4Address", .ipv4Address)
    static let localIPv6Address = InformationElement(.own, 34, "localIPv6Address", .ipv6Address)
    static let tenantKind = InformationElement(.own, 35, "tenantKind", .unsigned8, .identifier)
    static let tenantNumber = InformationElement(.own, 36, "tenantNumber", .unsigned32, .identifier)
    static let missingBatchFirst = InformationElement(.own, 37, "missingBatchFirst", .unsigned64, .identifier)
    static let missingBatchLast = InformationElement(.own, 38, "missingBatchLast", .unsigned64, .identifier)

    static let overlayDepth = InformationElement(.own, 39, "overlayDepth", .unsigned8, .quantity)

    /// All of them, by number.
    package static let own: [InformationElement] = [
        initialFlowStartMilliseconds, initiatorBasis, connectionState, initialTCPControlBits,
        reverseInitialTCPControlBits, retransmittedSegmentDeltaCount, reverseRetransmittedSegmentDeltaCount,
        outOfOrderSegmentDeltaCount, reverseOutOfOrderSegmentDeltaCount, clientRoundTripTimeMicroseconds,
        serverRoundTripTimeMicroseconds, flowPart, overlayEncapsulation, virtualNetworkId, outerSourceIPv4Address,
        outerDestinationIPv4Address, outerSourceIPv6Address, outerDestinationIPv6Address, witnessCount, countedFlow,
        agentId, agentName, agentEpoch, interfaceKind, capturedPacketTotalCount, kernelDroppedPacketTotalCount,
        meteredPacketTotalCount, witnessedPacketTotalCount, notMeteredReason, evictedFlowTotalCount, agentGoodbye,
        batchRecordCount, localIPv4Address, localIPv6Address, tenantKind, tenantNumber, missingBatchFirst,
        missingBatchLast, overlayDepth,
    ]
}
