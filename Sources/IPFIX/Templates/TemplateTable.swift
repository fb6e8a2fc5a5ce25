/// The templates that are known, by observation domain (RFC 7011 §8: ids of different domains have nothing to do with one
/// another), data and options apart: withdrawing all of a kind must cost nothing but those that it takes away, since a
/// file may do it thousands of times.
struct TemplateTable {
    private struct Domain {
        var data: [UInt16: TemplatePlan] = [:]
        var options: [UInt16: TemplatePlan] = [:]
    }

    private var domains: [UInt32: Domain] = [:]
    /// Of all domains: templates, and their fields together.
    private(set) var count = 0
    private(set) var fields = 0
    /// Templates taken into hand since the beginning: defined, withdrawn, or taken away with all of their kind.
    private(set) var touched = 0

    func plan(_ id: UInt16, domain: UInt32) -> TemplatePlan? {
        guard let known = domains[domain] else { return nil }
        return known.data[id] ?? known.options[id]
    }

    /// An id names one template of its domain, whichever kind it is.
    mutating func define(_ plan: TemplatePlan, domain: UInt32) {
        withdraw(plan.id, domain: domain)
        if plan.isOptions {
            domains[domain, default: Domain()].options[plan.id] = plan
        } else {
            domains[domain, default: Domain()].data[plan.id] = plan
        }
        count += 1
        fields += plan.fields.count
        touched += 1
    }

    mutating func withdraw(_ id: UInt16, domain: UInt32) {
        guard let place = domains.index(forKey: domain) else { return }
        let data = domains.values[place].data.removeValue(forKey: id)
        let options = domains.values[place].options.removeValue(forKey: id)
        remove([data, options].compactMap { $0 }, at: place)
    }

    /// Takes away all templates of a domain that are options templates, or that are not.
    mutating func withdrawAll(options: Bool, domain: UInt32) {
        guard let place = domains.index(forKey: domain) else { return }
        let taken = Array(options ? domains.values[place].options.values : domains.values[place].data.values)
        if options { domains.values[place].options = [:] } else { domains.values[place].data = [:] }
        remove(taken, at: place)
    }

    private mutating func remove(_ taken: [TemplatePlan], at place: Dictionary<UInt32, Domain>.Index) {
        count -= taken.count
        fields -= taken.reduce(0) { $0 + $1.fields.count }
        touched += taken.count
        if domains.values[place].data.isEmpty && domains.values[place].options.isEmpty { domains.remove(at: place) }
    }
}
