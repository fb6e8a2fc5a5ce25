import Capture
import FlowModel
import Glibc
import Metering
import PacketDecoding

extension CaptureLoop {
    /// Frames taken from one ring before the next has its turn: a busy interface cannot starve a quiet one.
    private static var turn: Int { 512 }

    /// Frames of a pass that are few: the rings have room for far more, and the next pass may wait for them.
    private static var fewFrames: Int { 1024 }
    /// How long it waits then, in microseconds: each wake has its price, however many rings have something.
    private static var restMicroseconds: UInt32 { 5000 }

    /// Waits until a ring or a monitor has something, and marks whose rings do.
    func waitForPackets() {
        if framesOfPass < Self.fewFrames { usleep(Self.restMicroseconds) }
        var descriptors: [pollfd] = []
        descriptors.reserveCapacity(views.count + points.count)
        for view in views { descriptors.append(pollfd(fd: view.descriptor, events: Int16(POLLIN), revents: 0)) }
        for point in points { descriptors.append(pollfd(fd: point.descriptor, events: Int16(POLLIN), revents: 0)) }
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), 100)
        for (place, view) in views.enumerated() where descriptors[place].revents != 0 { view.takeNews() }
        for (place, point) in points.enumerated() { point.isReady = descriptors[views.count + place].revents != 0 }
    }

    /// One turn over the rings that have something.
    func readReadyRings() { framesOfPass = readRings(where: \.isReady) }

    /// One turn over all rings.
    ///
    /// - Returns: how many frames there were.
    func readRings(where isWanted: (CapturePoint) -> Bool = { _ in true }) -> Int {
        var total = 0
        for point in points where isWanted(point) {
            do throws(CaptureError) {
                total += try read(point, limit: Self.turn)
            } catch {
                // It is opened again by the next look at the interfaces, if it is there and up.
                close(point, error.message)
            }
        }
        return total
    }

    /// Reads what waits in the ring of an interface that is about to be closed, within a bound.
    func drain(_ point: CapturePoint) {
        for _ in 0..<64 {
            guard let count = try? read(point, limit: Self.turn), count > 0 else { break }
        }
    }

    private func read(_ point: CapturePoint, limit: Int) throws(CaptureError) -> Int {
        var total = 0
        while total < limit {
            if block.isFull { pool.take(&block) }
            let count = try point.read(into: &block, fragments: &fragments, counters: &counters)
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// - Parameter account: of the frames, at the moment of the outcome's counters.
    func makeReport(_ outcome: MeterPool.Outcome, _ account: Account?, at now: Int64) -> AgentReport {
        var report = AgentReport()
        report.agent = configuration.name
        report.epoch = configuration.epoch
        report.exportMilliseconds = now
        report.interfaces = points.map { $0.report() }
        if retiredDropped > 0 {
            // What was lost on interfaces that are gone stays in the account.
            report.interfaces.append(
                AgentReport.Interface(
                    index: UInt32(UInt16.max), name: "interfaces that are gone", kind: "gone", captured: retiredCaptured,
                    dropped: retiredDropped))
        }
        report.captured = account?.captured ?? 0
        report.metered = outcome.counters.metered
        report.witnessed = outcome.counters.witnessed
        report.notMetered = account?.notMetered ?? [:]
        if outcome.counters.sampledOut > 0 { report.notMetered["sampled-out"] = outcome.counters.sampledOut }
        report.evicted = outcome.counters.evicted
        report.recordsDropped = recordsDropped()
        var addresses = Set(outcome.addresses)
        for view in views {
            for address in view.list.hostAddresses where !address.isLoopback {
                addresses.insert(AgentReport.LocalAddress(tenant: .none, address: address))
            }
        }
        report.localAddresses = Array(addresses)
        return report
    }
}
