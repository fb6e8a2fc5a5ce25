import Testing

@testable import Settings

@Suite("Flags beat environment beats file beats defaults")
struct PrecedenceTests {
    static let schema = SettingsFileTests.schema

    @Test("each is overruled by the one before it")
    func order() throws {
        let file = try SettingsFile.load(text: "one: {size: 1KiB, listen: 'file:1'}\ntwo: {on: false}", path: "f", schema: Self.schema)
        let environment = ["ZONAL_ONE_SIZE": "2KiB", "ZONAL_ONE_LISTEN": "environment:2", "HOME": "/"]
        let values = try Self.schema.resolve(flags: ["one.listen": "flag:3"], environment: environment, file: file)
        #expect(values.endpoint("one.listen") == SettingEndpoint(host: "flag", port: 3))
        #expect(values.place("one.listen") == .flag(name: "one.listen"))
        #expect(values.bytes("one.size") == 2048)
        #expect(values.place("one.size") == .environment(name: "ZONAL_ONE_SIZE"))
        #expect(values.boolean("two.on") == false)
        #expect(values.milliseconds("one.deep.after") == 20_000)
        #expect(values.place("one.deep.after") == .builtIn)
    }

    @Test("a later none takes an earlier value away")
    func none() throws {
        let file = try SettingsFile.load(text: "one: {age: 5s}", path: "f", schema: Self.schema)
        #expect(try Self.schema.resolve(file: file).optionalDuration("one.age") == .seconds(5))
        #expect(try Self.schema.resolve(environment: ["ZONAL_ONE_AGE": ""], file: file).optionalDuration("one.age") == nil)
        #expect(try Self.schema.resolve(flags: ["one.age": "none"], file: file).optionalDuration("one.age") == nil)
    }

    @Test("lists and records as one text")
    func lists() throws {
        let values = try Self.schema.resolve(
            flags: ["two.targets": "protocol=udp address=[2001:db8::1]:514, protocol=tcp address=b:2 framing=counting"],
            environment: ["ZONAL_TWO_PORTS": "1,2", "ZONAL_TWO_NAMES": ""])
        #expect(values.integers("two.ports") == [1, 2])
        #expect(values.texts("two.names").isEmpty)
        #expect(values.records("two.targets").map { $0.endpoint("address")?.description } == ["[2001:db8::1]:514", "b:2"])
        #expect(values.records("two.targets").map { $0.text("framing") } == ["lf", "counting"])
    }

    @Test("faults of flags and environment name them")
    func faults() {
        let error = #expect(throws: SettingsError.self) {
            try Self.schema.resolve(
                flags: ["two.on": "maybe", "two.targets": "protocol=udp", "one.listne": "a:1"],
                environment: ["ZONAL_ONE_SIZE": "much", "ZONAL_TWO_TARGETS": "udp"])
        }
        #expect(
            error?.description.split(separator: "\n") == [
                #"environment ZONAL_ONE_SIZE: one.size: "much" is not a size from 1B to 1000000B, such as 256MiB"#,
                #"flag two.on: two.on: "maybe" is not true or false"#,
                #"environment ZONAL_TWO_TARGETS: two.targets: "udp" is not NAME=VALUE"#,
                "flag two.targets: two.targets: address is missing; expected HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080",
                #"flag one.listne: unknown key "one.listne"; did you mean one.listen?"#,
            ])
    }

    @Test("faults of the file come together with those of the environment")
    func together() {
        let error = #expect(throws: SettingsError.self) {
            try Self.schema.resolve(environment: ["ZONAL_TWO_ON": "maybe"], path: "/nonexistent/zonal.yaml")
        }
        #expect(error?.faults.count == 2)
    }
}
