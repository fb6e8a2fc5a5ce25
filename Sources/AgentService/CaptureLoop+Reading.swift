import Capture
import FlowModel
import Glibc
import Logging
import PacketDecoding
import Telemetry

extension CaptureLoop {
    /// Waits until a ring or a monitor has something, and marks whose rings do.
    func waitForPackets() {
        let rest = pace.restMicroseconds(smallestRoom: smallestRoom)
        if rest > 0 { usleep(rest) }
        var descriptors: [pollfd] = []
        descriptors.reserveCapacity(views.count + points.count)
        for view in views { descriptors.append(pollfd(fd: view.descriptor, events: Int16(POLLIN), revents: 0)) }
        for point in points { descriptors.append(pollfd(fd: point.descriptor, events: Int16(POLLIN), revents: 0)) }
        // Rings that are ending are not waited on: they are looked at anyway.
        let timeout: Int32 = pace.isBusy ? 0 : ending.isEmpty ? 100 : 10
        _ = unsafe poll(&descriptors, nfds_t(descriptors.count), timeout)
        for (place, view) in views.enumerated() where descriptors[place].revents != 0 { view.takeNews() }
        for (place, point) in points.enumerated() { point.isReady = descriptors[views.count + place].revents != 0 }
    }

    /// One turn over the rings that have something.
    func readReadyRings() {
        var pace = ReadingPace()
        for point in points where point.isReady {
            do throws(CaptureError) {
                pace.note(try read(point), of: ReadingPace.turn, room: point.room)
            } catch {
                // It is opened again by the next look at the interfaces, if it is there and up.
                leave(point, error.message)
            }
        }
        forgetLeft()
        readEnding(&pace)
        self.pace = pace
    }

    /// Gives one ring its turn.
    ///
    /// - Returns: how many frames there were.
    private func read(_ point: CapturePoint) throws(CaptureError) -> Int {
        var total = 0
        while total < ReadingPace.turn {
            if block.isFull { pool.take(&block) }
            let count = try point.read(into: &block, fragments: &fragments, counters: &counters)
            if count == 0 { break }
            total += count
        }
        return total
    }

    /// Lets nothing new into a point's ring. What is in it is read by and by.
    func leave(_ point: CapturePoint, _ reason: String) {
        guard !point.isEnding else { return }
        point.end(at: clocks.steady())
        pointsByPlace[PointPlace(point)] = nil
        ending.append(point)
        tellEnd(point, reason)
    }

    /// To be called after points have been left.
    func forgetLeft() {
        guard points.contains(where: \.isEnding) else { return }
        points.removeAll(where: \.isEnding)
    }

    func tellEnd(_ point: CapturePoint, _ reason: String) {
        logger.info(
            "an interface is not captured any more",
            metadata: [LogKey.interfaceName: "\(point.name)", LogKey.reason: "\(reason)"])
    }

    /// One turn over the rings that are ending; those that are done are closed.
    private func readEnding(_ pace: inout ReadingPace) {
        guard !ending.isEmpty else { return }
        let now = clocks.steady()
        for point in ending { readRest(of: point, at: now, &pace) }
        let done = ending.filter { isDone($0, at: now) }
        guard !done.isEmpty else { return }
        ending.removeAll { point in done.contains { $0 === point } }
        for point in done { close(point, at: now) }
    }

    private func readRest(of point: CapturePoint, at now: Int64, _ pace: inout ReadingPace) {
        // A point that is ending does not fail: its ring is memory.
        let count = (try? read(point)) ?? 0
        if count > 0 { point.lastFrames = now }
        pace.note(count, of: ReadingPace.turn, room: point.room)
    }

    /// The kernel hands the block that it was filling over within twice its timeout. It says how much there was: what is
    /// missing then is waited for a little longer, and does not come if it is not there.
    private func isDone(_ point: CapturePoint, at now: Int64) -> Bool {
        let timeout = Int64(PacketRing.Options().blockTimeoutMilliseconds)
        let silence = now - point.lastFrames
        return silence >= 2 * timeout && (point.isExhausted || silence >= 10 * timeout)
    }

    private func close(_ point: CapturePoint, at now: Int64) {
        point.settle()
        retired.captured &+= point.captured
        retired.dropped &+= point.dropped
        retired.freezes &+= point.freezes
        budget.giveBack(point.ringBytes)
        identifiers.giveBack(point.identifier, at: now)
    }

    /// Reads what came into the rings until now, and takes what cannot be read within five seconds into the account.
    func endReading() {
        let start = clocks.steady()
        for point in points { point.end(at: start) }
        var now = start
        repeat {
            var pace = ReadingPace()
            for point in points + ending { readRest(of: point, at: now, &pace) }
            if pace.frames == 0 { usleep(5000) }
            now = clocks.steady()
        } while now - start < 5000 && !(points + ending).allSatisfy { isDone($0, at: now) }
        for point in points + ending { point.settle() }
    }
}
