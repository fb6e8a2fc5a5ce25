import Dispatch
import Synchronization
import Testing

@testable import CollectorService

@Suite("gauges brought up to date")
struct GaugeRefreshTests {
    @Test("who asks waits for fresh ones")
    func fresh() async {
        let measured = Atomic(0)
        let gauges = GaugeRefresh(patience: .seconds(120)) { measured.add(1, ordering: .relaxed) }
        for number in 1...3 {
            await gauges.refresh()
            #expect(measured.load(ordering: .relaxed) == number)
        }
    }

    @Test("a lock that is held keeps nobody waiting, and they are fresh again afterwards")
    func held() async {
        let lock = DispatchSemaphore(value: 0)
        let measured = Atomic(0)
        let gauges = GaugeRefresh(patience: .milliseconds(10)) {
            lock.wait()
            measured.add(1, ordering: .relaxed)
        }
        // The first one waits to the end of its patience, the others find the thread taken.
        for _ in 0..<20 { await gauges.refresh() }
        #expect(measured.load(ordering: .relaxed) == 0)
        for _ in 0..<100 { lock.signal() }
        let end = ContinuousClock.now + .seconds(120)
        while measured.load(ordering: .relaxed) < 2, ContinuousClock.now < end { await gauges.refresh() }
        #expect(measured.load(ordering: .relaxed) >= 2)
    }
}
