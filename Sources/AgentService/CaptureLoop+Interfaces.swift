package import Capture
import FlowModel
import Logging
import Telemetry

/// Where an interface is: indices are those of a namespace.
struct PointPlace: Hashable {
    let namespace: NetworkNamespace?
    let index: Int32

    init(_ namespace: NetworkNamespace?, _ index: Int32) {
        self.namespace = namespace
        self.index = index
    }

    init(_ point: CapturePoint) { self.init(point.namespace, point.interface.index) }
}

extension CaptureLoop {
    /// How soon after a look at a namespace's interfaces the next may follow: hundreds that come at once are one change.
    private static var lookMilliseconds: Int64 { 100 }
    /// How often all are looked at although the kernel told of nothing and nothing waits to be opened.
    private static var wholeLookMilliseconds: Int64 { 30_000 }

    /// Opens the wanted interfaces.
    ///
    /// - Throws: `filter` for a wrong one; `noSuchInterface` and `namespace` for a plain name that there is nothing for;
    ///   `permission`; when nothing at all could be opened, the first failure.
    package func open() throws(CaptureError) {
        try PacketRing.check(filter: configuration.filter, place: "--capture-filter")
        views = [try NamespaceView(nil)]
        try openNamespaces()
        let missing = views.map { Set(configuration.selection.missingNames(in: $0.list)) }
        if let name = missing.dropFirst().reduce(missing[0], { $0.intersection($1) }).min() {
            let there = views.flatMap { $0.list.interfaces.map(\.name) }.joined(separator: ", ")
            throw CaptureError(.noSuchInterface, place: name, "there is no such interface; there are: \(there)")
        }
        reconcile()
        lastLook = clocks.steady()
        (lastScan, lastWholeLook) = (lastLook, lastLook)
        if points.isEmpty, let (_, error) = refused.first(where: { $0.value.code == .permission }) ?? refused.first {
            throw error
        }
        tellWaiting()
    }

    /// Says what was asked for and is not captured yet.
    private func tellWaiting() {
        let selection = configuration.selection
        for view in views {
            for interface in view.list.interfaces where !interface.isUp && selection.include.contains(interface.name) {
                logger.notice(
                    "an interface is down; it is captured when it comes up",
                    metadata: [LogKey.interfaceName: "\(view.name(interface))"])
            }
        }
        let unmatched = views.map { Set(selection.unmatchedPatterns(in: $0.list)) }
        for pattern in unmatched.dropFirst().reduce(unmatched[0], { $0.intersection($1) }).sorted() {
            logger.notice(
                "no interface matches a pattern; one that comes is captured", metadata: [LogKey.interfacePattern: "\(pattern)"])
        }
    }

    /// Looks at the interfaces when the kernel says that something is new; now and then also unasked, for what could not
    /// be opened and for namespaces that came.
    ///
    /// - Parameter now: steady, milliseconds.
    func followInterfaces(_ now: Int64) {
        guard now - lastLook >= Self.lookMilliseconds else { return }
        let isTime = now - lastScan >= configuration.rescanMilliseconds
        var hasChanged = views.contains { $0.isStale && now >= $0.nextLook }
        if isTime {
            lastScan = now
            if !configuration.namespaces.isEmpty, followNamespaces() { hasChanged = true }
        }
        let isWhole = (isTime && !refused.isEmpty) || now - lastWholeLook >= Self.wholeLookMilliseconds
        guard hasChanged || isWhole else { return }
        lastLook = now
        if isWhole { lastWholeLook = now }
        var gone: [NamespaceView] = []
        for view in views where (view.isStale || isWhole) && now >= view.nextLook {
            do throws(CaptureError) {
                try view.look(at: now)
            } catch {
                if view.namespace != nil, error.code == .namespace { gone.append(view) } else { tellFailure(view, error) }
            }
        }
        views.removeAll { view in gone.contains { $0 === view } }
        reconcile()
    }

    /// What was known of the interfaces goes on to hold; it is told of once, until a look succeeds again.
    private func tellFailure(_ view: NamespaceView, _ error: CaptureError) {
        guard view.failures == 1 else { return }
        logger.warning(
            "interfaces cannot be listed; those that are known are captured on",
            metadata: [LogKey.namespaceName: "\(view.namespace?.name ?? "its own")", LogKey.errorCause: "\(error)"])
    }

    private typealias Wanted = (place: PointPlace, interface: NetworkInterface, view: NamespaceView)

    /// The interfaces that are wanted, up or not.
    private func wantedInterfaces() -> [Wanted] {
        var wanted: [Wanted] = []
        var fallback: [Wanted] = []
        for view in views {
            func placed(_ interfaces: [NetworkInterface]) -> [Wanted] {
                interfaces.map { (PointPlace(view.namespace, $0.index), $0, view) }
            }
            switch configuration.selection.choose(from: view.list) {
            case .chosen(let interfaces): wanted += placed(interfaces)
            // In another namespace nothing takes the place of virtual interfaces: who follows it wants those.
            case .fallback(let interfaces): if view.namespace == nil { fallback = placed(interfaces) }
            }
        }
        // The others are not wanted for themselves.
        isFallback = wanted.isEmpty && !fallback.isEmpty
        return isFallback ? fallback : wanted
    }

    /// Opens interfaces that came, leaves those that went, learns anew whose tenant each is.
    private func reconcile() {
        let wanted = wantedInterfaces()
        let places = Set(wanted.map(\.place))
        let partial = views.filter { !$0.list.isWhole }
        for point in points {
            let place = PointPlace(point)
            do throws(CaptureError) {
                try point.verify()
            } catch {
                leave(point, error.message)
                continue
            }
            // What a list that is not whole lacks may be there. An interface that is down goes on when it is up again.
            let isUnknown = partial.contains { view in
                view.namespace == place.namespace && !view.list.interfaces.contains { $0.index == place.index }
            }
            if !places.contains(place), !isUnknown { leave(point, "the interface went away, or is not wanted any more") }
        }
        forgetLeft()
        var missing: [Wanted] = []
        for one in wanted {
            if let point = pointsByPlace[one.place] {
                update(point, one.interface, one.view)
            } else if one.interface.isUp {
                missing.append(one)
            }
        }
        let share = budget.share(missing: missing.count)
        for one in missing { open(one.interface, one.view, share: share) }
        let names = Set(wanted.map { $0.view.name($0.interface) })
        refused = refused.filter { names.contains($0.key) }
        smallestRoom = points.map(\.room).min() ?? .max
        // Who leads to a workload is known before its first packet is metered.
        pool.take(&block)
    }

    private func update(_ point: CapturePoint, _ interface: NetworkInterface, _ view: NamespaceView) {
        let before = point.name
        let place = InterfacePlace(interface, view.topology)
        if point.update(interface, place) {
            block.orders.append(.workload(interface: point.identifier, place.isWorkload))
        }
        guard point.name != before else { return }
        names[Int(point.identifier) + 1] = point.name
        logger.info(
            "an interface has another name",
            metadata: [LogKey.interfaceName: "\(point.name)", LogKey.interfaceBefore: "\(before)"])
    }

    private func open(_ interface: NetworkInterface, _ view: NamespaceView, share: Int) {
        let name = view.name(interface)
        var options = PacketRing.Options()
        options.snapLength = configuration.snapLength
        options.filter = configuration.filter
        guard let bytes = budget.size(share: share, options) else {
            return refuse(
                name, CaptureError(.activation, place: name, "the memory for rings is spent; raise it with --ring-budget or leave interfaces out with --exclude"))
        }
        options.ringBytes = bytes
        // Taken only when the interface can be opened.
        var left = identifiers
        guard let identifier = left.take(at: clocks.steady()) else {
            return refuse(name, CaptureError(.activation, place: name, "too many interfaces have come and gone within the last hour"))
        }
        do throws(CaptureError) {
            let point = try CapturePoint(
                interface: interface, in: view.namespace, identifier: identifier, options: options, decoding: configuration.decoding)
            identifiers = left
            budget.take(point.ringBytes)
            points.append(point)
            pointsByPlace[PointPlace(point)] = point
            let place = Int(identifier) + 1
            if place < names.count { names[place] = name } else { names.append(name) }
            refused[name] = nil
            let arrangement = InterfacePlace(interface, view.topology)
            _ = point.update(interface, arrangement)
            // Also when it does not: the identifier may have been another's.
            block.orders.append(.workload(interface: identifier, arrangement.isWorkload))
            logger.info(
                "capturing an interface",
                metadata: [LogKey.interfaceName: "\(name)", LogKey.interfaceKind: "\(interface.kind.name)"])
        } catch {
            refuse(name, error)
            if error.code == .interfaceGone || error.code == .noSuchInterface || error.code == .interfaceDown { view.doubt() }
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
}
