import Capture
import FlowModel
import Glibc
import Metering
import PacketDecoding

extension CaptureLoop {
    /// Frames taken from one ring before the next has its turn: a busy interface cannot starve a quiet one.
    private static var turn: Int { 512 }

    func waitForPackets() {
        var descriptors: [pollfd] = []
        for point in points {
            for ring in point.rings where ring.handle.descriptor >= 0 {
                descriptors.append(pollfd(fd: ring.handle.descriptor, events: Int16(POLLIN), revents: 0))
            }
        }
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), 100)
    }

    /// One turn over all rings.
    ///
    /// - Returns: how many frames there were.
    @discardableResult
    func readRings() -> Int {
        var total = 0
        for point in points {
            for ring in point.rings {
                do throws(CaptureError) {
                    total += try read(ring, of: point)
                } catch {
                    // It is opened again by the next look at the interfaces, if it is there and up.
                    close(point, error.message)
                    break
                }
            }
        }
        return total
    }

    /// Reads what waits in the rings of an interface that is about to be closed.
    func drain(_ point: CapturePoint) {
        for ring in point.rings {
            for _ in 0..<64 {
                guard let count = try? read(ring, of: point), count > 0 else { break }
            }
        }
    }

    private func read(_ ring: CapturePoint.Ring, of point: CapturePoint) throws(CaptureError) -> Int {
        var observation = PacketObservation()
        observation.interface = point.identifier
        observation.direction = ring.handle.direction
        let learnt = point.vni
        let count = try ring.handle.read(limit: Self.turn) { octets, wireLength, time in
            observation.timestampNanoseconds = time
            let outcome = ring.decoder.decode(octets, wireLength: wireLength, into: &observation)
            counters.count(outcome)
            guard outcome == .observed else { return }
            if let learnt, observation.vni == .max {
                observation.vni = learnt
                observation.key.tenant = Tenant(.virtualNetwork, learnt)
            }
            cache.meter(observation)
        }
        point.count(count)
        return count
    }

    func makeReport(at now: Int64) -> AgentReport {
        var report = AgentReport()
        report.agent = configuration.name
        report.epoch = configuration.epoch
        report.exportMilliseconds = now
        report.interfaces = points.map(\.report)
        if retiredDropped > 0 {
            // What was lost on interfaces that are gone stays in the account.
            report.interfaces.append(
                AgentReport.Interface(
                    index: UInt32(UInt16.max), name: "interfaces that are gone", kind: "gone", captured: retiredCaptured,
                    dropped: retiredDropped))
        }
        report.captured = retiredCaptured + points.reduce(0) { $0 + $1.captured }
        report.metered = cache.counters.metered
        report.witnessed = cache.counters.witnessed
        report.notMetered = counters.notMetered
        report.evicted = cache.counters.evicted
        report.recordsDropped = recordsDropped()
        var addresses = cache.localAddresses(at: now * 1_000_000)
        if let list = try? InterfaceList() {
            let own = list.hostAddresses.filter { !$0.isLoopback }
            addresses += own.map { AgentReport.LocalAddress(tenant: .none, address: $0) }
        }
        report.localAddresses = addresses
        return report
    }
}
