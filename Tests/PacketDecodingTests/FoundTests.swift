import TestSupport
import Testing

/// What the fuzzer has found, once more (`.ci/fuzz`).
@Suite("Found by fuzzing")
struct FoundTests {
    @Test("every input that was found has an outcome without contradictions")
    func replay() throws {
        let inputs = try FoundFiles.inputs(beside: #filePath)
        #expect(!inputs.isEmpty)
        for (name, octets) in inputs {
            let fault = DecodeCheck.fault(in: octets.span)
            #expect(fault == nil, "\(name)")
        }
    }
}
