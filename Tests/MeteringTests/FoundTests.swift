import Metering
import TestSupport
import Testing

/// What the fuzzer has found, once more (`.ci/fuzz`).
@Suite("Meter: found by fuzzing")
struct FoundTests {
    @Test(
        "every input that was found is accounted for to the packet",
        arguments: [PacketSampling.everyPacket, .systematic(interval: 3), .uniform(interval: 2)])
    func replay(sampling: PacketSampling) throws {
        let inputs = try FoundFiles.inputs(beside: #filePath)
        #expect(!inputs.isEmpty)
        for (name, octets) in inputs {
            let fault = MeterCheck.fault(in: octets.span, sampling)
            #expect(fault == nil, "\(name)")
        }
    }
}
