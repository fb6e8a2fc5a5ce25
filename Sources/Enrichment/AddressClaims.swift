/// The agents that call one address theirs, or lately did. Nearly always one: only a second one costs an allocation.
struct AddressClaims: Sendable {
    struct Claim: Sendable {
        var agent: UInt32
        /// The agent's report that named the address last; the claim holds while no later one came without it.
        var generation: UInt32
        /// When that report was made, by the agent's own clock.
        var lastExport: Int64
    }

    private(set) var first: Claim
    /// In the order of agents.
    private(set) var others: [Claim] = []

    init(_ claim: Claim) { first = claim }

    var count: Int { 1 + others.count }

    /// - Complexity: O(log n) where many agents claim the address: every host of a fleet has the same bridge's.
    func claim(of agent: UInt32) -> Claim? {
        if first.agent == agent { return first }
        let place = place(of: agent)
        return place < others.count && others[place].agent == agent ? others[place] : nil
    }

    /// - Returns: true when the agent had no claim before.
    mutating func set(_ claim: Claim) -> Bool {
        if first.agent == claim.agent {
            first = claim
            return false
        }
        let place = place(of: claim.agent)
        if place < others.count, others[place].agent == claim.agent {
            others[place] = claim
            return false
        }
        others.insert(claim, at: place)
        return true
    }

    /// Keeps the claims that `isKept` is true for; nil when none is left.
    func keeping(_ isKept: (Claim) -> Bool) -> AddressClaims? {
        let kept = others.filter(isKept)
        if isKept(first) {
            var claims = self
            claims.others = kept
            return claims
        }
        guard let next = kept.first else { return nil }
        var claims = AddressClaims(next)
        claims.others = Array(kept.dropFirst())
        return claims
    }

    private func place(of agent: UInt32) -> Int {
        var low = 0
        var high = others.count
        while low < high {
            let middle = (low + high) / 2
            if others[middle].agent < agent { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
