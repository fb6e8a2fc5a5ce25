import FlowModel
@testable import Metering
import TestSupport
import Testing

/// What few flows have shares a bound, and one kind cannot take it all.
@Suite("Flow extras")
struct ExtrasTests {
    @Test("after a burst of flows with witnesses a retransmission is still measured")
    func reserves() {
        var configuration = FlowCacheConfiguration()
        configuration.byteLimit = 1 << 20
        configuration.flowLimit = 20_000
        let meter = Meter(configuration)
        let server = Side("10.0.0.5", 443)
        for number in 0..<3000 {
            let client = Side("10.1.\(number / 250).\(number % 250)", 1)
            for interface in [UInt16(0), 1, 2] { meter.send(.client(0, "A", client, server).seen(on: interface, .ingress)) }
        }
        let fullBytes = meter.cache.extras.bytes
        #expect(fullBytes > (1 << 18) / 2)
        #expect(fullBytes <= (1 << 18))
        meter.cache.flush()
        #expect(meter.cache.extras.points.count == 0)
        let client = Side("10.9.9.9", 1)
        for sequence in [UInt32(5), 5] { meter.send(.client(1, "A", client, server).numbered(sequence, payload: 5)) }
        #expect(meter.finish().last?.retransmits == 1)
        #expect(meter.cache.extras.bytes <= (1 << 18))
    }
}
