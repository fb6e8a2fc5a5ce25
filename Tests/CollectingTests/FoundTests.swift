import TestSupport
import Testing

/// What the sFlow decoder's fuzzer has found, once more (`.ci/fuzz`).
@Suite("Found by fuzzing")
struct FoundTests {
    @Test("every input that was found has an account without contradictions")
    func replay() throws {
        let inputs = try FoundFiles.inputs(beside: #filePath)
        #expect(!inputs.isEmpty)
        for (name, octets) in inputs {
            let fault = SFlowCheck.fault(in: octets.span)
            #expect(fault == nil, "\(name)")
        }
    }
}
