/// The options templates that every file begins with (RFC 7011 §3.4.2.2), ids below 512.
struct OptionsTemplate: Sendable {
    var id: UInt16
    var scope: [InformationElement]
    var fields: [InformationElement]

    /// What the own elements are (RFC 5610 §3.9).
    static let typeInformation = OptionsTemplate(
        id: 256, scope: [.privateEnterpriseNumber, .informationElementId],
        fields: [
            .informationElementDataType, .informationElementSemantics, .informationElementUnits, .informationElementName,
        ])
    static let agent = OptionsTemplate(
        id: 257, scope: [.observationDomainId],
        fields: [
            .agentName, .agentEpoch, .observationTimeMilliseconds, .capturedPacketTotalCount, .meteredPacketTotalCount,
            .witnessedPacketTotalCount, .evictedFlowTotalCount, .notSentFlowTotalCount, .agentGoodbye,
        ])
    static let interfaceName = OptionsTemplate(id: 258, scope: [.ingressInterface], fields: [.interfaceName])
    static let interface = OptionsTemplate(
        id: 259, scope: [.ingressInterface],
        fields: [
            .interfaceName, .interfaceKind, .virtualNetworkId, .capturedPacketTotalCount, .kernelDroppedPacketTotalCount,
        ])
    static let localIPv4 = OptionsTemplate(id: 260, scope: [.localIPv4Address], fields: [.tenantKind, .tenantNumber])
    static let localIPv6 = OptionsTemplate(id: 261, scope: [.localIPv6Address], fields: [.tenantKind, .tenantNumber])
    static let notMetered = OptionsTemplate(id: 262, scope: [.notMeteredReason], fields: [.ignoredPacketTotalCount])
    static let missingBatches = OptionsTemplate(id: 263, scope: [.missingBatchFirst], fields: [.missingBatchLast])
    static let agentTable = OptionsTemplate(id: 264, scope: [.agentId], fields: [.agentName])
    static let batch = OptionsTemplate(id: 265, scope: [.observationDomainId], fields: [.batchRecordCount])

    /// `batch` first: its record stands in the file's first message, before anything that could be cut off.
    static let all = [
        batch, typeInformation, agent, interfaceName, interface, localIPv4, localIPv6, notMetered, missingBatches,
        agentTable,
    ]

    func record(own: UInt32) -> [UInt8] {
        var record: [UInt8] = []
        record.appendBigEndian(id)
        record.appendBigEndian(UInt16(scope.count + fields.count))
        record.appendBigEndian(UInt16(scope.count))
        for element in scope + fields { record.append(field: FieldSpecifier(element, own: own)) }
        return record
    }
}

extension [UInt8] {
    /// Appends a field specifier (RFC 7011 §3.2).
    mutating func append(field: FieldSpecifier) {
        appendBigEndian(field.enterprise == nil ? field.number : field.number | 0x8000)
        appendBigEndian(field.length)
        if let enterprise = field.enterprise { appendBigEndian(enterprise) }
    }
}
