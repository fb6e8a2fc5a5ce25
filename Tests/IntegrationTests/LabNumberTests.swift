import Testing

extension LabTests {
    @Suite("lab numbers", .needs(Requirements.lab))
    struct Numbers {
        @Test("two that want a lab get two, and a number is free again when its holder is gone")
        func apart() throws {
            var one: LabNumber? = try LabNumber()
            let two = try LabNumber()
            let first = try #require(one?.value)
            #expect(first != two.value)
            one = nil
            // Others may have taken it meanwhile, and then it is a later one, but never one that is held.
            #expect(try LabNumber().value != two.value)
        }
    }
}
