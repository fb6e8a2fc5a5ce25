// swift-tools-version: 6.2
import PackageDescription

/// One list for every target of ours (the stricter checks of Swift 6.2 and 6.3, all on).
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .swiftLanguageMode(.v6),
]

/// The packet and flow way is two orders of magnitude slower without the optimiser; tests over a million packets
/// want it in debug builds too. Checks (bounds, overflow, preconditions) stay on.
let hotSettings: [SwiftSetting] = settings + [.unsafeFlags(["-O"], .when(configuration: .debug))]

let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let signals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

func module(
    _ name: String, hot: Bool = false, exclude: [String] = [], _ dependencies: [Target.Dependency]
) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: hot ? hotSettings : settings)
}

func tests(_ name: String, exclude: [String] = [], _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, exclude: exclude, swiftSettings: settings)
}

let package = Package(
    name: "zonal",
    products: [
        .executable(name: "zonal", targets: ["zonal"]),
        .executable(name: "zonal-agent", targets: ["zonal-agent"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.1"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // C libraries: headers and shims, no logic.
        .systemLibrary(name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .target(name: "CSockets"),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CPrefetch"),
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        // Words.
        module("FlowModel", hot: true, []),

        // Pure, and the edge: in the order in which a packet meets them.
        module("Capture", hot: true, ["FlowModel", "CPcap", "CLinux"]),
        module("PacketDecoding", hot: true, ["FlowModel"]),
        module("Metering", hot: true, ["FlowModel", "PacketDecoding", "CPrefetch"]),
        module("IPFIX", hot: true, exclude: ["Exporters/Registry/generate"], ["FlowModel"]),
        module("Compression", hot: true, ["CZlib", "CZstd"]),
        module("Telemetry", ["FlowModel"]),
        module("Shipping", ["FlowModel", "IPFIX", "Compression", "Telemetry", log, httpClient, nioCore, nioPosix, nioHTTP1]),
        module("Collecting", ["FlowModel", "IPFIX", "PacketDecoding", "Compression", "Telemetry", "CSockets", crypto, log, nioCore, nioPosix, nioSSL, nioTLS]),
        module("Exporting", ["FlowModel", "IPFIX", "Telemetry", log, nioCore, nioPosix, nioSSL, nioTLS]),
        module(
            "ExportFiles", hot: true,
            ["FlowModel", "Capture", "PacketDecoding", "IPFIX", "Collecting", "Compression", "FlowQuery"]),
        module("Enrichment", hot: true, ["FlowModel"]),
        module("FlowQuery", hot: true, ["FlowModel"]),
        module("FlowStore", hot: true, ["FlowModel", "FlowQuery", "Compression", "CSQLite"]),
        module("FlowSQL", hot: true, ["FlowModel", "FlowQuery", "FlowStore", "CSQLite"]),
        module("Detection", hot: true, ["FlowModel", "FlowQuery"]),
        module("Alerting", ["FlowModel", "Telemetry", log, nioCore, nioPosix]),
        module("Reporting", ["FlowModel", "FlowQuery"]),

        // Pages that know the HTTP API and nothing else, embedded so that one binary serves them.
        .target(
            name: "Dashboards", path: "dashboards", resources: [.embedInCode("page")],
            swiftSettings: settings),

        // Composition.
        module(
            "AgentService", hot: true,
            ["FlowModel", "Capture", "PacketDecoding", "Metering", "IPFIX", "Shipping", "Exporting", "Telemetry", log, lifecycle]),
        module(
            "CollectorService",
            [
                "FlowModel", "Collecting", "Compression", "IPFIX", "Enrichment", "FlowQuery", "FlowStore", "Detection",
                "Alerting", "Reporting", "Telemetry", "Dashboards", log, lifecycle, hummingbird, hummingbirdCore, httpTypes, nioCore,
            ]),
        module("Settings", [yams]),
        module(
            "AgentCommands",
            [
                "AgentService", "Settings", "FlowModel", "FlowQuery", "Capture", "CLinux", "Metering", "PacketDecoding", "IPFIX",
                "Shipping", "Exporting", arguments, log, lifecycle, signals,
            ]),
        .executableTarget(
            name: "zonal",
            dependencies: [
                "AgentCommands", "AgentService", "Collecting", "CollectorService", "Settings", "FlowModel", "FlowQuery",
                "FlowSQL", "FlowStore", "Alerting", "Capture", "Compression", "Detection", "ExportFiles", "IPFIX", crypto, arguments, log, lifecycle,
                signals, httpClient, nioCore, nioHTTP1,
            ],
            swiftSettings: settings),
        .executableTarget(name: "zonal-agent", dependencies: ["AgentCommands", arguments], swiftSettings: settings),

        // Benchmarks are targets of this package, since another one would not see its `package` names.
        .executableTarget(
            name: "store-benchmark", dependencies: ["FlowModel", "FlowQuery", "FlowStore", "IPFIX", "Compression"], path: "Benchmarks/Store",
            swiftSettings: settings),

        .executableTarget(
            name: "metering-benchmark", dependencies: ["FlowModel", "Capture", "PacketDecoding", "Metering"],
            path: "Benchmarks/Metering", swiftSettings: settings),

        .executableTarget(
            name: "exports-benchmark", dependencies: ["FlowModel", "IPFIX", "Collecting"], path: "Benchmarks/Exports",
            swiftSettings: settings),

        // Tests mirror the modules.
        tests("FlowModelTests", ["FlowModel"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("DashboardsTests", ["Dashboards"]),
        tests("CaptureTests", ["Capture", "FlowModel", "TestSupport"]),
        tests("PacketDecodingTests", exclude: ["Found"], ["PacketDecoding", "FlowModel", "Capture", "TestSupport"]),
        tests("MeteringTests", exclude: ["Found"], ["Metering", "PacketDecoding", "FlowModel", "Capture", "TestSupport"]),
        tests("IPFIXTests", exclude: ["Found"], ["IPFIX", "FlowModel", "TestSupport"]),
        tests("CompressionTests", ["Compression", "TestSupport"]),
        tests("AgentServiceTests", ["AgentService", "Capture", "FlowModel", "Metering", "PacketDecoding", "TestSupport", log]),
        tests("ShippingTests", ["Shipping", "IPFIX", "Compression", "Collecting", "FlowModel", "TestSupport", log, nioCore, nioPosix, nioHTTP1]),
        tests("CollectingTests", exclude: ["Found"], ["Collecting", "IPFIX", "Compression", "FlowModel", "TestSupport", log, nioCore, nioPosix, nioSSL]),
        tests("ExportingTests", ["Exporting", "IPFIX", "FlowModel", "TestSupport", log, nioCore, nioPosix, nioSSL]),
        tests(
            "ExportFilesTests", exclude: ["Golden"],
            ["ExportFiles", "Capture", "PacketDecoding", "IPFIX", "Collecting", "FlowModel", "TestSupport"]),
        tests("EnrichmentTests", ["Enrichment", "FlowModel"]),
        tests("FlowQueryTests", ["FlowQuery", "FlowModel", "TestSupport"]),
        tests("FlowStoreTests", exclude: ["Golden"], ["FlowStore", "FlowQuery", "FlowModel", "Compression", "CSQLite", "TestSupport"]),
        tests("FlowSQLTests", ["FlowSQL", "FlowStore", "FlowQuery", "FlowModel", "CSQLite", "TestSupport"]),
        tests("DetectionTests", ["Detection", "FlowQuery", "FlowModel", "TestSupport"]),
        tests("AlertingTests", ["Alerting", "FlowModel", "Telemetry", "TestSupport", log]),
        tests("ReportingTests", ["Reporting", "FlowQuery", "FlowModel", "TestSupport"]),
        tests("SettingsTests", ["Settings"]),
        tests("CollectorServiceTests", ["CollectorService", "Alerting", "Detection", "Collecting", "IPFIX", "Compression", "FlowStore", "FlowQuery", "FlowModel", "TestSupport", log, hummingbird, httpTypes, nioCore, .product(name: "HummingbirdTesting", package: "hummingbird")]),
        tests("CommandTests", ["zonal", "AgentCommands", "Alerting", "CollectorService", "Settings", "FlowModel", "FlowSQL", "TestSupport", arguments, log]),
        .testTarget(
            name: "IntegrationTests", dependencies: ["FlowModel", "IPFIX", "TestSupport"], exclude: ["Lab"], swiftSettings: settings),
        .target(name: "TestSupport", dependencies: ["FlowModel"], path: "Tests/TestSupport", swiftSettings: settings),
    ]
)

// Fuzzers, for .ci/fuzz, which names libFuzzer in FUZZING. The compiler's own `-sanitize=fuzzer` asks for a kind of coverage
// that this libFuzzer does not read any more; what it reads is asked for here.
if let library = Context.environment["FUZZING"] {
    let coverage = SwiftSetting.unsafeFlags([
        "-sanitize=address", "-sanitize-coverage=edge,indirect-calls,trace-cmp", "-Xllvm", "-sanitizer-coverage-inline-8bit-counters",
        "-Xllvm", "-sanitizer-coverage-pc-table",
    ])
    for target in package.targets where ["FlowModel", "PacketDecoding", "Metering", "IPFIX", "Collecting"].contains(target.name) {
        target.swiftSettings?.append(coverage)
    }
    func fuzzer(_ name: String, _ folder: String, _ dependencies: [Target.Dependency]) -> Target {
        .executableTarget(
            name: name, dependencies: dependencies + ["CFuzzer"], path: "Tests/Fuzzers/\(folder)",
            swiftSettings: settings + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags([library]), .linkedLibrary("stdc++")])
    }
    package.targets += [
        .systemLibrary(name: "CFuzzer", path: "Tests/Fuzzers/CFuzzer"),
        fuzzer("decode-fuzzer", "Decode", ["PacketDecoding", "FlowModel"]),
        fuzzer("meter-fuzzer", "Meter", ["Metering", "PacketDecoding", "FlowModel"]),
        fuzzer("export-fuzzer", "Export", ["IPFIX", "FlowModel"]),
        fuzzer("sflow-fuzzer", "SFlow", ["Collecting", "IPFIX", "FlowModel"]),
    ]
}
