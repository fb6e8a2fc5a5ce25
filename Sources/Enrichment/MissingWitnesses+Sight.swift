package import FlowModel

extension MissingWitnesses {
    /// One record, as far as it matters here.
    package struct Sight: Sendable {
        var key: FlowKey
        var sample: MissingWitnessReport.Sample
        var flowStart: Int64
        var isSampled: Bool

        /// - Parameter key: without direction.
        package init(_ flows: FlowBatch, _ row: Int, key: FlowKey) {
            self.key = key
            flowStart = flows.initialStartMilliseconds[row]
            isSampled = flows.samplingInterval[row] > 1
            let isAnswered = Self.isAnswered(
                flows.connectionState[row], reversePackets: flows.reversePacketDeltaCount[row])
            sample = MissingWitnessReport.Sample(
                key: FlowKey(
                    tenant: key.tenant, protocolIdentifier: key.protocolIdentifier,
                    sourceAddress: flows.sourceAddress[row], destinationAddress: flows.destinationAddress[row],
                    sourceTransportPort: flows.sourceTransportPort[row],
                    destinationTransportPort: flows.destinationTransportPort[row]),
                flowId: flows.flowId[row], startMilliseconds: flows.flowStartMilliseconds[row],
                endMilliseconds: flows.flowEndMilliseconds[row],
                packets: flows.packetDeltaCount[row] &+ flows.reversePacketDeltaCount[row], isAnswered: isAnswered)
        }

        /// True when the destination itself must have had a part in it. A refusal (REJ) may come from a firewall on the way.
        private static func isAnswered(_ state: ConnectionState, reversePackets: UInt64) -> Bool {
            switch state {
            case .s0, .rej, .rstos0, .sh: false
            case .s1, .sf, .s2, .s3, .rsto, .rstr: true
            case .absent, .rstrh, .shr, .oth: reversePackets > 0
            }
        }
    }
}
