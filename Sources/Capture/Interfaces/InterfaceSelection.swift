/// Which interfaces to capture: patterns with `*` and `?`; without any, all of some kinds, the virtual ones by default.
package struct InterfaceSelection: Sendable {
    package var include: [String]
    package var exclude: [String]
    /// Names of the kinds that are taken when `include` is empty (`NetworkInterface.Kind.name`).
    package var kinds: Set<String>
    package static let virtualKinds: Set<String> = ["veth", "tap", "bridge", "vxlan"]

    package init(include: [String] = [], exclude: [String] = [], kinds: Set<String> = Self.virtualKinds) {
        self.include = include
        self.exclude = exclude
        self.kinds = kinds
    }

    package enum Choice: Sendable, Equatable {
        case chosen([NetworkInterface])
        /// There is no interface of the virtual kinds: the physical ones are taken instead.
        case fallback([NetworkInterface])
    }

    /// - Returns: the interfaces that are wanted, up or not: one that is down is captured when it comes up. Patterns of
    ///   `include` choose among all kinds.
    package func choose(from list: InterfaceList) -> Choice {
        let candidates = list.interfaces.filter { interface in
            !exclude.contains { Self.matches(interface.name, pattern: $0) }
        }
        guard include.isEmpty else {
            return .chosen(candidates.filter { interface in include.contains { Self.matches(interface.name, pattern: $0) } })
        }
        let wanted = candidates.filter { interface in
            if case .other = interface.kind { return kinds.contains("other") || kinds.contains(interface.kind.name) }
            return kinds.contains(interface.kind.name)
        }
        // Who names kinds means those.
        guard wanted.isEmpty, kinds == Self.virtualKinds else { return .chosen(wanted) }
        let physical = candidates.filter { $0.kind == .physical }
        return .fallback(physical.contains(where: \.isUp) ? physical : candidates.filter { $0.kind == .loopback })
    }

    /// The patterns without any of `*?` that name no interface at all: most likely misspelt.
    package func missingNames(in list: InterfaceList) -> [String] {
        include.filter { pattern in
            !pattern.contains { $0 == "*" || $0 == "?" } && !list.interfaces.contains { $0.name == pattern }
        }
    }

    /// The patterns with any of `*?` that no interface matches: there may come some.
    package func unmatchedPatterns(in list: InterfaceList) -> [String] {
        include.filter { pattern in
            pattern.contains { $0 == "*" || $0 == "?" } && !list.interfaces.contains { Self.matches($0.name, pattern: pattern) }
        }
    }

    /// Shell-like matching of a whole name.
    package static func matches(_ name: String, pattern: String) -> Bool {
        let name = Array(name.utf8)
        let pattern = Array(pattern.utf8)
        var n = 0
        var p = 0
        var star = -1
        var resume = 0
        while n < name.count {
            if p < pattern.count, pattern[p] == 63 || pattern[p] == name[n], pattern[p] != 42 {
                n += 1
                p += 1
            } else if p < pattern.count, pattern[p] == 42 {
                star = p
                resume = n
                p += 1
            } else if star >= 0 {
                p = star + 1
                resume += 1
                n = resume
            } else {
                return false
            }
        }
        while p < pattern.count, pattern[p] == 42 { p += 1 }
        return p == pattern.count
    }
}
