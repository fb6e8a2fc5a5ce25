/// What the records of an options template tell, known by the elements it has.
enum OptionsKind: Hashable, Sendable {
    case agent, agentTable, interface, interfaceName, localAddress, notMetered, missingBatches, batch
    case typeInformation
    /// systemInitTimeMilliseconds: what uptimes count from.
    case systemInit
    case unknown

    init(keys: [FlowField.ElementKey]) {
        let keys = Set(keys)
        func has(_ element: InformationElement) -> Bool { keys.contains(FlowField.ElementKey(element)) }
        func has(iana number: UInt16) -> Bool { keys.contains(FlowField.ElementKey(.iana, number)) }
        self =
            if has(.agentName) && has(.agentEpoch) { .agent }
            else if has(.agentName) && has(.agentId) { .agentTable }
            else if has(.interfaceKind) && has(.ingressInterface) { .interface }
            else if has(.localIPv4Address) || has(.localIPv6Address) { .localAddress }
            else if has(.notMeteredReason) { .notMetered }
            else if has(.missingBatchFirst) && has(.missingBatchLast) { .missingBatches }
            else if has(.batchRecordCount) { .batch }
            else if has(.interfaceName) && (has(.ingressInterface) || has(iana: 14)) { .interfaceName }
            else if has(.informationElementId) && has(.privateEnterpriseNumber) { .typeInformation }
            else if has(iana: 160) { .systemInit }
            else { .unknown }
    }
}
