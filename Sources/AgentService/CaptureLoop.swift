package import Capture
package import FlowModel
import Foundation
package import Logging
import Metering
import PacketDecoding
import Telemetry

/// The agent's packet way on one thread: rings, decoding, flow cache, batches.
///
/// Made and opened by whoever starts the agent, then used by the capture thread alone.
package final class CaptureLoop {
    /// Takes what is ready: records (maybe none) and the agent's account. Called on the capture thread.
    package typealias Deliver = (FlowBatch, AgentReport) -> Void

    let configuration: AgentConfiguration
    let logger: Logger
    let deliver: Deliver
    var points: [CapturePoint] = []
    /// Every interface captured since the start, by identifier: names in the batches' order.
    var names: [String] = [""]
    var cache: FlowCache
    var counters = DecodeCounters()
    /// Of interfaces that are gone.
    var retiredCaptured: UInt64 = 0
    var retiredDropped: UInt64 = 0
    /// Interfaces that could not be opened, so that each is told of once.
    var refused: [String: CaptureError] = [:]
    /// What was said of a choice of other than virtual interfaces.
    package private(set) var isFallback = false
    private var lastFlush: Int64 = 0
    private var lastRescan: Int64 = 0
    private var lastDelivery: Int64 = 0
    private var reportedAddresses: UInt64 = 0
    private var lastAddressCount = 0
    /// Records dropped before delivery, told by whoever delivers.
    package var recordsDropped: () -> UInt64 = { 0 }

    package init(configuration: AgentConfiguration, logger: Logger, deliver: @escaping Deliver) {
        self.configuration = configuration
        self.logger = logger
        self.deliver = deliver
        var random = SystemRandomNumberGenerator()
        cache = FlowCache(
            configuration: configuration.cache, seed: (random.next(), random.next()), epoch: configuration.epoch)
    }

    package var interfaceNames: [String] { points.map(\.interface.name) }

    /// Opens the wanted interfaces.
    ///
    /// - Throws: `noSuchInterface` for a plain name that there is no interface for; when nothing at all could be
    ///   opened, the first failure.
    package func open() throws(CaptureError) {
        let list = try InterfaceList()
        if let missing = configuration.selection.missingNames(in: list).first {
            let there = list.interfaces.map(\.name).joined(separator: ", ")
            throw CaptureError(.noSuchInterface, place: missing, "there is no such interface; there are: \(there)")
        }
        reconcile(with: list)
        if points.isEmpty, let (_, error) = refused.first(where: { $0.value.code == .permission }) ?? refused.first {
            throw error
        }
    }

    /// Opens interfaces that came, closes those that went, learns anew whose tenant each is.
    func reconcile(with list: InterfaceList) {
        let chosen: [NetworkInterface]
        switch configuration.selection.choose(from: list) {
        case .chosen(let interfaces):
            chosen = interfaces
            isFallback = false
        case .fallback(let interfaces):
            chosen = interfaces
            isFallback = true
        }
        let topology = Topology(list)
        for point in points where !chosen.contains(where: { $0.index == point.interface.index && $0.name == point.interface.name }) {
            close(point, "the interface went away, went down or is not wanted any more", isReadable: true)
        }
        let ringBytes = max(512 * 1024, min(8 * 1024 * 1024, configuration.ringBudget / max(1, chosen.count * 2)))
        for interface in chosen {
            if let point = points.first(where: { $0.interface.index == interface.index }) {
                point.vni = topology.vni(of: interface)
                point.isWorkload = topology.isWorkload(interface)
                cache.setWorkload(interface: point.identifier, point.isWorkload)
                continue
            }
            open(interface, topology, ringBytes)
        }
        refused = refused.filter { name, _ in chosen.contains { $0.name == name } }
    }

    private func open(_ interface: NetworkInterface, _ topology: Topology, _ ringBytes: Int) {
        guard names.count < Int(UInt16.max) else {
            refuse(interface, CaptureError(.activation, place: interface.name, "65,534 interfaces have come and gone; restart the agent"))
            return
        }
        do throws(CaptureError) {
            let point = try CapturePoint(
                interface: interface, identifier: UInt16(names.count - 1), topology: topology,
                configuration: configuration, ringBytes: ringBytes)
            names.append(interface.name)
            cache.setWorkload(interface: point.identifier, point.isWorkload)
            points.append(point)
            refused[interface.name] = nil
            logger.info(
                "capturing an interface",
                metadata: [LogKey.interfaceName: "\(interface.name)", "interface.kind": "\(interface.kind.name)"])
        } catch {
            refuse(interface, error)
        }
    }

    private func refuse(_ interface: NetworkInterface, _ error: CaptureError) {
        if refused[interface.name] != error {
            logger.warning(
                "an interface cannot be captured",
                metadata: [LogKey.interfaceName: "\(interface.name)", LogKey.errorCause: "\(error.message)"])
        }
        refused[interface.name] = error
    }

    /// - Parameter isReadable: what waits in the rings is read first, within a bound; not after reading has failed.
    func close(_ point: CapturePoint, _ reason: String, isReadable: Bool = false) {
        guard let index = points.firstIndex(where: { $0 === point }) else { return }
        if isReadable { drain(point) }
        retiredCaptured &+= point.captured
        retiredDropped &+= point.dropped
        points.remove(at: index)
        logger.info(
            "an interface is not captured any more",
            metadata: [LogKey.interfaceName: "\(point.interface.name)", LogKey.reason: "\(reason)"])
    }

    /// Captures until `isStopped`, then takes what still waits in the rings, ends all records and says goodbye.
    package func run(until isStopped: () -> Bool) {
        lastRescan = Self.now()
        offer(at: Self.now())
        while !isStopped() {
            waitForPackets()
            readRings()
            keepTime(Self.now())
        }
        // What was on the wire before the stop: rings are read until a pass finds nothing, within two seconds.
        let deadline = Self.now() + 2000
        while readRings() > 0, Self.now() < deadline {}
        cache.flush()
        offer(at: Self.now(), goodbye: true)
        for point in points { close(point, "the agent stops") }
    }

    private func keepTime(_ now: Int64) {
        // The rings hand blocks over up to a twentieth of a second late; time waits a little longer for them.
        cache.advance(to: (now - 300) * 1_000_000)
        if now - lastRescan >= configuration.rescanMilliseconds {
            lastRescan = now
            if let list = try? InterfaceList() { reconcile(with: list) }
        }
        let isDue = now - lastFlush >= configuration.flushMilliseconds
        let hasRecords = cache.exported.count > 0
        // A new local address is told soon: the collector decides whose record counts when records arrive. Not at once:
        // a workload that makes up its source addresses must not make a flood of batches.
        let hasNews = cache.localAddressGeneration != reportedAddresses && now - lastDelivery >= newsMilliseconds
        if (isDue && hasRecords) || hasNews || cache.exported.count >= 65_536
            || now - lastDelivery >= configuration.heartbeatMilliseconds
        {
            offer(at: now)
        }
        if isDue { lastFlush = now }
    }

    /// How soon news of addresses may follow the last batch; each batch carries all of them.
    private var newsMilliseconds: Int64 { lastAddressCount <= 1024 ? 100 : 1000 }

    private func offer(at now: Int64, goodbye: Bool = false) {
        lastDelivery = now
        reportedAddresses = cache.localAddressGeneration
        var batch = cache.drain()
        batch.names = names
        var report = makeReport(at: now)
        report.isGoodbye = goodbye
        lastAddressCount = report.localAddresses.count
        deliver(batch, report)
    }

    /// Milliseconds since 1970 UTC, of the clock that the kernel stamps frames with.
    package static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }
}
