package import Capture
import FlowModel
import Logging
import Telemetry

extension CaptureLoop {
    /// How soon after a look at a namespace's interfaces the next may follow: hundreds that come at once are one change.
    private static var lookMilliseconds: Int64 { 100 }
    /// How often all are looked at although the kernel told of nothing and nothing waits to be opened.
    private static var wholeLookMilliseconds: Int64 { 30_000 }

    /// Opens the wanted interfaces.
    ///
    /// - Throws: `noSuchInterface` for a plain name that there is no interface for; when nothing at all could be
    ///   opened, the first failure.
    package func open() throws(CaptureError) {
        views = [try NamespaceView(nil)]
        for namespace in wantedNamespaces() { views.append(try NamespaceView(namespace)) }
        let missing = views.map { Set(configuration.selection.missingNames(in: $0.list)) }
        if let name = missing.dropFirst().reduce(missing[0], { $0.intersection($1) }).min() {
            let there = views.flatMap { $0.list.interfaces.map(\.name) }.joined(separator: ", ")
            throw CaptureError(.noSuchInterface, place: name, "there is no such interface; there are: \(there)")
        }
        reconcile()
        lastLook = Self.now()
        (lastScan, lastWholeLook) = (lastLook, lastLook)
        if points.isEmpty, let (_, error) = refused.first(where: { $0.value.code == .permission }) ?? refused.first {
            throw error
        }
    }

    /// Looks at the interfaces when the kernel says that something is new; now and then also unasked, for what could not
    /// be opened and for namespaces that came.
    func followInterfaces(_ now: Int64) {
        guard now - lastLook >= Self.lookMilliseconds else { return }
        let isTime = now - lastScan >= configuration.rescanMilliseconds
        var hasChanged = views.contains(where: \.isStale)
        if isTime {
            lastScan = now
            if !configuration.namespaces.isEmpty, followNamespaces() { hasChanged = true }
        }
        let isWhole = (isTime && !refused.isEmpty) || now - lastWholeLook >= Self.wholeLookMilliseconds
        guard hasChanged || isWhole else { return }
        lastLook = now
        if isWhole { lastWholeLook = now }
        var gone: [NamespaceView] = []
        for view in views where view.isStale || isWhole {
            do throws(CaptureError) {
                try view.look()
            } catch {
                if view.namespace != nil { gone.append(view) }
            }
        }
        views.removeAll { view in gone.contains { $0 === view } }
        reconcile()
    }

    /// The namespaces to follow besides the agent's own: names and patterns of `ip netns`, and `pid:N`.
    private func wantedNamespaces() -> [NetworkNamespace] {
        let patterns = configuration.namespaces
        guard !patterns.isEmpty else { return [] }
        var seen: Set<NetworkNamespace.Identity> = []
        if let own = NetworkNamespace.own.identity { seen.insert(own) }
        let processes = patterns.compactMap { pattern in
            pattern.hasPrefix("pid:") ? Int32(pattern.dropFirst(4)).map(NetworkNamespace.init(ofProcess:)) : nil
        }
        let named = NetworkNamespace.named().filter { namespace in
            patterns.contains { InterfaceSelection.matches(namespace.name, pattern: $0) }
        }
        return (named + processes).filter { namespace in
            guard let identity = namespace.identity else { return false }
            return seen.insert(identity).inserted
        }
    }

    /// - Returns: true when a namespace came or went.
    private func followNamespaces() -> Bool {
        let wanted = wantedNamespaces()
        let before = views.count
        var isNew = false
        views.removeAll { view in view.namespace.map { !wanted.contains($0) } ?? false }
        for namespace in wanted where !views.contains(where: { $0.namespace == namespace }) {
            do throws(CaptureError) {
                views.append(try NamespaceView(namespace))
                refused[namespace.name] = nil
                isNew = true
            } catch {
                refuse(namespace.name, error)
            }
        }
        return isNew || views.count != before
    }

    /// Opens interfaces that came, closes those that went, learns anew whose tenant each is.
    private func reconcile() {
        var wanted: [(interface: NetworkInterface, view: NamespaceView)] = []
        var isFallback = false
        for view in views {
            switch configuration.selection.choose(from: view.list) {
            case .chosen(let interfaces): wanted += interfaces.map { ($0, view) }
            case .fallback(let interfaces):
                // In another namespace nothing takes the place of virtual interfaces: who follows it wants those.
                guard view.namespace == nil else { continue }
                wanted += interfaces.map { ($0, view) }
                isFallback = true
            }
        }
        // The others are not wanted for themselves.
        if isFallback, wanted.contains(where: { $0.view.namespace != nil }) {
            wanted.removeAll { $0.view.namespace == nil }
            isFallback = false
        }
        self.isFallback = isFallback
        let interfaces = wanted.map(\.interface)
        for point in points {
            do throws(CaptureError) {
                try point.verify()
                if !keeps(point, interfaces) { close(point, "the interface went away, or is not wanted any more", isReadable: true) }
            } catch {
                close(point, error.message)
            }
        }
        var missing: [(interface: NetworkInterface, view: NamespaceView)] = []
        for (interface, view) in wanted {
            if let point = points.first(where: { $0.interface.index == interface.index && $0.namespace == view.namespace }) {
                update(point, interface, view)
            } else {
                missing.append((interface, view))
            }
        }
        // Half of the memory that is left is for them, in even shares, and half for those that come later.
        let left = configuration.ringBudget - points.reduce(0) { $0 + $1.ringBytes }
        let share = min(8 * 1024 * 1024, left / (2 * max(1, missing.count)))
        for (interface, view) in missing { open(interface, view, ringBytes: share) }
        let names = Set(wanted.map { Self.name($0.interface, $0.view.namespace) } + configuration.namespaces)
        refused = refused.filter { names.contains($0.key) }
        // Who leads to a workload is known before its first packet is metered.
        pool.take(&block)
    }

    /// An interface that is down stays open: its ring goes on when it is up again. `wanted` holds those that are up.
    private func keeps(_ point: CapturePoint, _ wanted: [NetworkInterface]) -> Bool {
        guard let view = views.first(where: { $0.namespace == point.namespace }),
            let now = view.list.interfaces.first(where: { $0.index == point.interface.index })
        else { return false }
        if !now.isUp { return now.name == point.interface.name }
        return wanted.contains { $0.index == now.index && $0.name == now.name }
    }

    private func update(_ point: CapturePoint, _ interface: NetworkInterface, _ view: NamespaceView) {
        let before = point.name
        let place = InterfacePlace(interface, Topology(view.list), view.list)
        if point.update(interface, place) {
            block.orders.append(.workload(interface: point.identifier, place.isWorkload))
        }
        guard point.name != before else { return }
        names[Int(point.identifier) + 1] = point.name
        logger.info(
            "an interface has another name", metadata: [LogKey.interfaceName: "\(point.name)", "interface.before": "\(before)"])
    }

    private func open(_ interface: NetworkInterface, _ view: NamespaceView, ringBytes: Int) {
        let name = Self.name(interface, view.namespace)
        let left = configuration.ringBudget - points.reduce(0) { $0 + $1.ringBytes }
        let smallest = 128 * 1024
        guard left >= smallest else {
            return refuse(
                name, CaptureError(.activation, place: name, "the memory for rings is spent; raise it with --ring-budget or leave interfaces out with --exclude"))
        }
        guard names.count < Int(UInt16.max) else {
            return refuse(name, CaptureError(.activation, place: name, "65,534 interfaces have come and gone; restart the agent"))
        }
        var options = PacketRing.Options()
        options.snapLength = configuration.snapLength
        options.filter = configuration.filter
        options.ringBytes = max(smallest, ringBytes)
        do throws(CaptureError) {
            let point = try CapturePoint(
                interface: interface, in: view.namespace, identifier: UInt16(names.count - 1), options: options,
                decoding: configuration.decoding)
            names.append(name)
            points.append(point)
            refused[name] = nil
            update(point, interface, view)
            logger.info(
                "capturing an interface",
                metadata: [LogKey.interfaceName: "\(name)", "interface.kind": "\(interface.kind.name)"])
        } catch {
            refuse(name, error)
        }
    }

    private func refuse(_ name: String, _ error: CaptureError) {
        if refused[name] != error {
            logger.warning(
                "an interface cannot be captured",
                metadata: [LogKey.interfaceName: "\(name)", LogKey.errorCause: "\(error.message)"])
        }
        refused[name] = error
    }

    private static func name(_ interface: NetworkInterface, _ namespace: NetworkNamespace?) -> String {
        namespace.map { "\($0.name)/\(interface.name)" } ?? interface.name
    }

    /// - Parameter isReadable: what waits in the ring is read first, within a bound; not after reading has failed.
    func close(_ point: CapturePoint, _ reason: String, isReadable: Bool = false) {
        guard let index = points.firstIndex(where: { $0 === point }) else { return }
        if isReadable { drain(point) }
        retiredCaptured &+= point.captured
        retiredDropped &+= point.dropped
        points.remove(at: index)
        logger.info(
            "an interface is not captured any more",
            metadata: [LogKey.interfaceName: "\(point.name)", LogKey.reason: "\(reason)"])
    }
}
