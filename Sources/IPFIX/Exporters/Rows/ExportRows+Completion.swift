import FlowModel

extension ExportRows {
    /// Sampling of some rows: what the record says itself, else what its sampler has, else what holds for all.
    mutating func fillSampling(_ rows: Range<Int>, _ interval: UInt32, inRecord: Bool) {
        guard interval != 0 else { return }
        var column = reader.flows.samplingInterval.mutableSpan
        for row in rows where !inRecord || column[row] == 0 { column[row] = interval }
    }

    mutating func fillSampling(_ place: FieldPlace, _ bytes: RawSpan, _ samplers: SamplerTable, default standard: UInt32) {
        var last: (sampler: UInt64, interval: UInt32) = (.max, standard)
        place.merge(&reader.flows.samplingInterval, bytes) { sampler, told in
            if told != 0 { return told }
            if sampler != last.sampler { last = (sampler, samplers.interval(sampler) ?? standard) }
            return last.interval
        }
    }

    mutating func fillAgent(_ rows: Range<Int>, _ agent: UInt32) {
        guard agent != 0 else { return }
        var column = reader.flows.agent.mutableSpan
        for row in rows { column[row] = agent }
    }

    /// Of records with two headers: where the inner one is empty, the packet had but one.
    mutating func completeHeaders(_ rows: Range<Int>, _ traits: ExportPlan.Traits) {
        if traits.contains(.tunnelKey) {
            // A GRE key is no tenant, and what is in no tunnel has no number.
            for row in rows where reader.flows.encapsulation[row] == .gre || reader.flows.encapsulation[row] == .none {
                reader.flows.vni[row] = .max
            }
        }
        guard !traits.isDisjoint(with: [.tenant, .twoHeaders]) else { return }
        let usual: Encapsulation = traits.contains(.tenant) ? .vxlan : .ipip
        for row in rows {
            let (source, destination) = (reader.flows.sourceAddress[row], reader.flows.destinationAddress[row])
            if source.isUnspecified && destination.isUnspecified {
                reader.flows.sourceAddress[row] = reader.flows.outerSource[row]
                reader.flows.destinationAddress[row] = reader.flows.outerDestination[row]
                reader.flows.outerSource[row] = .zero
                reader.flows.outerDestination[row] = .zero
                reader.flows.encapsulation[row] = .none
            } else if reader.flows.encapsulation[row] == .none {
                reader.flows.encapsulation[row] = usual
            }
        }
    }

    /// How many of some rows end before they start.
    func countEndingBeforeStart(_ rows: Range<Int>) -> Int {
        let starts = reader.flows.flowStartMilliseconds.span
        let ends = reader.flows.flowEndMilliseconds.span
        var count = 0
        for row in rows where ends[row] < starts[row] { count += 1 }
        return count
    }
}
