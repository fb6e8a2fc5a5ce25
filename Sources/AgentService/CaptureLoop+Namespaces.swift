import Capture
import Logging
import Telemetry

extension CaptureLoop {
    /// The namespaces to follow besides the agent's own, each pinned to what its name stands for now.
    private struct WantedNamespaces {
        var found: [NetworkNamespace] = []
        /// By name.
        var failures: [String: CaptureError] = [:]
        /// Names that were given as such, and not by a pattern.
        var plain: Set<String> = []
        /// False when it is not known which there are.
        var isListed = true
    }

    private var namespacePatterns: [String] {
        configuration.namespaces.filter { name in !name.hasPrefix("pid:") && name.contains { $0 == "*" || $0 == "?" } }
    }

    private func wantedNamespaces() -> WantedNamespaces {
        var wanted = WantedNamespaces()
        var seen: Set<NetworkNamespace.Identity> = []
        if let own = NetworkNamespace.own.identity { seen.insert(own) }
        func add(_ namespace: NetworkNamespace) {
            do throws(CaptureError) {
                let pinned = try namespace.pinned()
                if let identity = pinned.pin, seen.insert(identity).inserted { wanted.found.append(pinned) }
            } catch {
                wanted.failures[namespace.name] = error
            }
        }
        let patterns = namespacePatterns
        for name in configuration.namespaces where !patterns.contains(name) {
            wanted.plain.insert(name)
            guard let namespace = NetworkNamespace(name) else {
                wanted.failures[name] = CaptureError(.namespace, place: "--namespace", "\"\(name)\" is neither a name of `ip netns` nor pid:N")
                continue
            }
            add(namespace)
        }
        guard !patterns.isEmpty else { return wanted }
        do throws(CaptureError) {
            for namespace in try NetworkNamespace.named() where !wanted.plain.contains(namespace.name) {
                if patterns.contains(where: { InterfaceSelection.matches(namespace.name, pattern: $0) }) { add(namespace) }
            }
        } catch {
            wanted.isListed = false
            for pattern in patterns { wanted.failures[pattern] = error }
        }
        return wanted
    }

    /// Begins to follow those that there are.
    ///
    /// - Throws: the failure of one that was named plainly; `permission` of any. One that a pattern has found may go in the
    ///   meantime.
    func openNamespaces() throws(CaptureError) {
        var wanted = wantedNamespaces()
        for namespace in wanted.found {
            do throws(CaptureError) {
                views.append(try NamespaceView(namespace))
            } catch {
                wanted.failures[namespace.name] = error
            }
        }
        for (name, error) in wanted.failures.sorted(by: { $0.key < $1.key })
        where wanted.plain.contains(name) || error.code == .permission { throw error }
        tell(wanted)
        for pattern in namespacePatterns
        where !wanted.found.contains(where: { InterfaceSelection.matches($0.name, pattern: pattern) }) {
            logger.notice(
                "no network namespace matches a pattern; one that comes is followed",
                metadata: [LogKey.namespaceName: "\(pattern)"])
        }
    }

    /// - Returns: true when a namespace came or went.
    func followNamespaces() -> Bool {
        var wanted = wantedNamespaces()
        let found = Set(wanted.found)
        let before = views.count
        views.removeAll { view in
            // One that was made anew under its name is another.
            guard let namespace = view.namespace, !found.contains(namespace) else { return false }
            // What cannot be asked for now may be there.
            return wanted.failures[namespace.name].map { $0.code == .namespace } ?? wanted.isListed
        }
        var hasChanged = views.count != before
        let known = Set(views.compactMap(\.namespace))
        for namespace in wanted.found where !known.contains(namespace) {
            do throws(CaptureError) {
                views.append(try NamespaceView(namespace))
                hasChanged = true
            } catch {
                wanted.failures[namespace.name] = error
            }
        }
        tell(wanted)
        return hasChanged
    }

    /// Tells of each failure once, and forgets those of namespaces that are not there any more.
    private func tell(_ wanted: WantedNamespaces) {
        // What a pattern has found may be gone a moment later.
        let failures = wanted.failures.filter { wanted.plain.contains($0.key) || $0.value.code != .namespace }
        for (name, error) in failures where refusedNamespaces[name] != error {
            logger.warning(
                "a network namespace cannot be followed",
                metadata: [LogKey.namespaceName: "\(name)", LogKey.errorCause: "\(error.message)"])
        }
        refusedNamespaces = failures
    }
}
