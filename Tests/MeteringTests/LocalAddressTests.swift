import FlowModel
@testable import Metering
import Testing

/// Which addresses an agent calls its own (design section 4): the collector counts by it.
@Suite("Local addresses")
struct LocalAddressTests {
    let inside = Side("10.0.0.9", 40_000)
    let outside = Side("10.0.0.5", 443)

    private func addresses(_ meter: Meter, at seconds: Double = 1) -> Set<String> {
        Set(meter.cache.localAddresses(at: Packet.time(seconds)).map { "\($0.tenant.description) \($0.address)" })
    }

    @Test("only frames that a workload sent in teach, and only without an overlay round them")
    func learning() {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        meter.cache.setWorkload(interface: 2, false)
        meter.cache.setWorkload(interface: 9, true)
        meter.cache.setWorkload(interface: 9, false)
        let packet = PacketObservation.udp(0, from: outside, to: inside)
        meter.send(packet.seen(on: 1, .egress))
        meter.send(packet.seen(on: 2, .ingress))
        meter.send(packet.seen(on: 9, .ingress))
        meter.send(packet.seen(on: 500, .ingress))
        meter.send(packet.seen(on: 1, .absent))
        #expect(addresses(meter).isEmpty)
        meter.send(packet.inVXLAN(5, outer: ("192.0.2.1", "192.0.2.2")).seen(on: 1, .ingress))
        #expect(addresses(meter).isEmpty)
        #expect(meter.cache.localAddressGeneration == 0)
        meter.send(.udp(0.5, from: inside, to: outside, on: 1, .ingress))
        #expect(addresses(meter) == [" 10.0.0.9"])
        meter.send(PacketObservation.udp(0.5, from: inside, to: outside, on: 1, .ingress).ofTenant(7))
        #expect(addresses(meter) == [" 10.0.0.9", "vni 7 10.0.0.9"])
        #expect(meter.cache.localAddressGeneration == 2)
    }

    @Test("no address that many have", arguments: ["0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255"])
    func shared(address: String) {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        meter.send(.udp(0, from: Side(address, 68), to: outside, on: 1, .ingress))
        #expect(addresses(meter).isEmpty)
        #expect(meter.counters.localAddressesDropped == 0)
    }

    @Test("an address is forgotten an hour after it was last seen")
    func forgotten() {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        meter.send(.udp(0, from: inside, to: outside, on: 1, .ingress))
        meter.advance(to: 20)
        #expect(!addresses(meter, at: 3599).isEmpty)
        #expect(addresses(meter, at: 3601).isEmpty)
    }

    @Test("an address with one long flow stays known", arguments: [true, false])
    func longFlow(isPrimary: Bool) {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        for second in stride(from: 0.0, through: 3700, by: 5) {
            let packet = PacketObservation.udp(second, from: inside, to: outside)
            if isPrimary {
                meter.send(packet.seen(on: 1, .ingress, after: 0), packet.seen(on: 2, .egress))
            } else {
                meter.send(packet.seen(on: 2, .egress, after: 0), packet.seen(on: 1, .ingress))
            }
            meter.cache.advance(to: Packet.time(second))
        }
        #expect(meter.counters.flows == 1)
        #expect(addresses(meter, at: 3701) == [" 10.0.0.9"])
    }

    @Test("an address whose flow goes on elsewhere (it moved to another host) is forgotten")
    func moved() {
        let meter = Meter()
        meter.cache.setWorkload(interface: 1, true)
        for second in stride(from: 0.0, through: 4000, by: 2) {
            let packet = PacketObservation.udp(second, from: inside, to: outside)
            meter.send(second < 100 ? packet.seen(on: 1, .ingress) : packet.seen(on: 2, .ingress))
            meter.cache.advance(to: Packet.time(second))
        }
        #expect(addresses(meter, at: 4001).isEmpty)
    }

    @Test("the list is bounded; what finds no room is counted, and the list is swept at most once a second")
    func bound() {
        var list = LocalAddressList(limit: 10)
        var taken = 0
        for number in 0..<5000 {
            if list.note(.none, IPAddress(ipv4: UInt32(0x0A00_0000 + number)), at: Packet.time(Double(number) / 1000)) { taken += 1 }
        }
        #expect(taken == 10)
        #expect(list.pairs.count == 10)
        #expect(list.generation == 10)
        #expect(list.sweeps <= 6)
        // After an hour there is room again.
        let isNoted = list.note(.none, IPAddress(ipv4: 1), at: Packet.time(4000))
        #expect(isNoted)
        #expect(list.pairs.count == 1)

        var configuration = FlowCacheConfiguration()
        configuration.localAddressLimit = 2
        let meter = Meter(configuration)
        meter.cache.setWorkload(interface: 1, true)
        for number in 1...5 { meter.send(.udp(0, from: Side("10.0.1.\(number)", 1), to: outside, on: 1, .ingress)) }
        #expect(meter.counters.localAddressesDropped == 3)
    }
}
