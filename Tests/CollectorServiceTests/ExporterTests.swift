import CollectorService
import FlowModel
import Foundation
import Glibc
import TestSupport
import Testing

/// Other people's exporters over UDP: stored, accounted for, and known again after a restart.
@Suite("Exporters over UDP")
struct ExporterTests {
    private static func big<T: FixedWidthInteger>(_ number: T) -> [UInt8] {
        stride(from: T.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private static let seconds = UInt32(TestBatch.now / 1000)

    /// A NetFlow v5 message of one flow, 10.0.0.1 to 10.0.0.2: the header, then one record (Cisco, NetFlow Export Datagram Format).
    private static func version5(sequence: UInt32, packets: UInt32) -> [UInt8] {
        let header = big(UInt16(5)) + big(UInt16(1)) + big(UInt32(100_000)) + big(seconds) + big(UInt32(0)) + big(sequence) + [0, 0, 0, 0]
        let record = [10, 0, 0, 1, 10, 0, 0, 2, 0, 0, 0, 0, 0, 1, 0, 2] + big(packets) + big(packets * 100)
            + big(UInt32(99_000)) + big(UInt32(99_500)) + big(UInt16(40_000)) + big(UInt16(443)) + [0, 0x1B, 6, 0]
            + [0, 0, 0, 0, 24, 24, 0, 0]
        return header + record
    }

    private static func ipfix(sequence: UInt32, _ sets: [UInt8]) -> [UInt8] {
        [0, 10] + big(UInt16(16 + sets.count)) + big(seconds) + big(sequence) + big(UInt32(7)) + sets
    }
    private static func set(_ id: UInt16, _ content: [UInt8]) -> [UInt8] { big(id) + big(UInt16(4 + content.count)) + content }
    private static let template = set(
        2, big(UInt16(256)) + big(UInt16(5))
            + [(8, 4), (12, 4), (2, 8), (1, 8), (151, 4)].flatMap { big(UInt16($0.0)) + big(UInt16($0.1)) })
    private static func data(packets: UInt64) -> [UInt8] {
        set(256, [10, 0, 0, 3, 10, 0, 0, 4] + big(packets) + big(packets * 10) + big(seconds))
    }

    private static func send(_ messages: [[UInt8]], to place: String) throws {
        let port = try #require(place.split(separator: ":").last.flatMap { UInt16($0) })
        let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        for message in messages {
            // The address is read within the call.
            let sent = unsafe withUnsafePointer(to: &address) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe sendto(descriptor, message, message.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            #expect(sent == message.count)
        }
    }

    private static func listening(_ configuration: inout CollectorConfiguration) {
        configuration.exporters.endpoints = [("127.0.0.1", 0)]
        configuration.exporters.receiveBuffer = 1 << 20
    }

    @Test("flows of an exporter are stored under its address, and gaps in its numbers are told")
    func stored() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: Self.listening) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            // Flows 1 to 4 are said to have been sent between the two.
            try Self.send([Self.version5(sequence: 0, packets: 3), Self.version5(sequence: 5, packets: 4)], to: place)
            try await collector.eventually("/v1/flows?fields=agent,src,dst,dst_port,packets,bytes") { reply in
                let rows = try reply.rows()
                guard rows.count == 2 else { return false }
                #expect(Set(rows.compactMap { $0["packets"] as? Int }) == [3, 4])
                #expect(rows.allSatisfy { $0["agent"] as? String == "127.0.0.1" && $0["src"] as? String == "10.0.0.1" })
                #expect(rows.allSatisfy { $0["dst_port"] as? Int == 443 })
                return true
            }
            try await collector.eventually("/v1/exporters") { reply in
                guard let row = try reply.rows().first, row["messages"] as? Int == 2 else { return false }
                #expect(row["exporter"] as? String == "127.0.0.1")
                #expect(row["versions"] as? [Int] == [5])
                #expect(row["records"] as? Int == 2)
                #expect((row["missing"] as? [String: Any])?["flows"] as? Int == 4)
                return true
            }
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_export_datagrams_total 2\n"))
            #expect(metrics.contains("zonal_collector_export_records_total 2\n"))
        }
    }

    @Test("a template is known after a restart, and what waits at the stop is stored")
    func restart() async throws {
        let folder = try ScratchFolder()
        try await TestCollector.run(in: folder, configure: Self.listening) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            try Self.send([Self.ipfix(sequence: 0, Self.template + Self.data(packets: 5))], to: place)
        }
        try await TestCollector.run(in: folder, configure: Self.listening) { collector in
            #expect(try await collector.get("/v1/aggregate").rows().first?["packets"] as? Int == 5)
            let place = try #require(collector.service.exporterPlaces.first)
            try Self.send([Self.ipfix(sequence: 1, Self.data(packets: 6))], to: place)
            try await collector.eventually("/v1/aggregate") { try $0.rows().first?["packets"] as? Int == 11 }
        }
        withExtendedLifetime(folder) {}
    }

    /// An sFlow v5 datagram of one flow sample, 1 in 100: a UDP packet of 10.0.0.5 to 10.0.0.6 on Ethernet.
    private static func sflow(sequence: UInt32) -> [UInt8] {
        let ip: [UInt8] = [0x45, 0, 0, 200, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 5, 10, 0, 0, 6]
        let packet = [UInt8](repeating: 2, count: 12) + [8, 0] + ip + big(UInt16(5000)) + big(UInt16(53)) + [0, 180, 0, 0]
        let padded = packet + [UInt8](repeating: 0, count: (4 - packet.count % 4) % 4)
        let header = big(UInt32(1)) + big(UInt32(218)) + big(UInt32(4)) + big(UInt32(packet.count)) + padded
        let record = big(UInt32(1)) + big(UInt32(header.count)) + header
        let sample = [sequence, 3, 100, 1000, 0, 3, 4, 1].flatMap { big(UInt32($0)) } + record
        return big(UInt32(5)) + big(UInt32(1)) + [192, 0, 2, 9] + [0, sequence, 60_000, 1, 1].flatMap { big(UInt32($0)) }
            + big(UInt32(sample.count)) + sample
    }

    @Test("sFlow on its own socket: a sample is a row of its agent, and gaps are told")
    func samples() async throws {
        try await TestCollector.run(
            in: ScratchFolder(), configure: { $0.exporters.sflowEndpoints = [("127.0.0.1", 0)] }
        ) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            // The second and the third datagram do not come.
            try Self.send([Self.sflow(sequence: 1), Self.sflow(sequence: 4)], to: place)
            try await collector.eventually("/v1/flows?fields=agent,src,dst,dst_port,packets,bytes,sampling") { reply in
                let rows = try reply.rows()
                guard rows.count == 2 else { return false }
                #expect(rows.allSatisfy { $0["agent"] as? String == "192.0.2.9" && $0["src"] as? String == "10.0.0.5" })
                #expect(rows.allSatisfy { $0["dst_port"] as? Int == 53 && $0["packets"] as? Int == 1 })
                #expect(rows.allSatisfy { $0["bytes"] as? Int == 200 && $0["sampling"] as? Int == 100 })
                return true
            }
            try await collector.eventually("/v1/exporters") { reply in
                guard let row = try reply.rows().first, row["messages"] as? Int == 2 else { return false }
                #expect(row["exporter"] as? String == "192.0.2.9")
                #expect(row["protocol"] as? String == "sflow")
                #expect(row["sender"] as? String == "127.0.0.1")
                #expect((row["missing"] as? [String: Any])?["datagrams"] as? Int == 2)
                return true
            }
            let metrics = try await collector.get("/metrics").text
            #expect(metrics.contains("zonal_collector_export_messages_total{protocol=\"sflow\"} 2\n"))
            #expect(metrics.contains("zonal_collector_export_missing{unit=\"datagrams\"} 2\n"))
            #expect(metrics.contains("zonal_collector_export_sequence_gaps_total 2\n"))
        }
    }

    @Test("IPFIX over TCP: a template lives as long as its connection")
    func connections() async throws {
        try await TestCollector.run(
            in: ScratchFolder(), configure: { $0.exporters.tcpEndpoints = [("127.0.0.1", 0)] }
        ) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            try Self.connect([Self.ipfix(sequence: 0, Self.template), Self.ipfix(sequence: 0, Self.data(packets: 5))], to: place)
            try await collector.eventually("/v1/aggregate") { try $0.rows().first?["packets"] as? Int == 5 }
            // A new session knows nothing of the old one's templates.
            try Self.connect([Self.ipfix(sequence: 0, Self.data(packets: 6))], to: place)
            try await collector.eventually("/v1/exporters") { reply in
                let row = try reply.rows().first
                return row?["messages"] as? Int == 3 && row?["sets_without_template"] as? Int == 1
            }
            #expect(try await collector.get("/v1/aggregate").rows().first?["packets"] as? Int == 5)
            try await collector.eventually("/metrics") {
                $0.text.contains("zonal_collector_export_connections_ended_total{reason=\"exporter\"} 2\n")
            }
        }
    }

    /// Sends over a connection of its own, and closes it.
    private static func connect(_ messages: [[UInt8]], to place: String) throws {
        let port = try #require(place.split(separator: ":").last.flatMap { UInt16($0) })
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // The address is read within the call.
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(status == 0)
        for message in messages { #expect(unsafe Glibc.send(descriptor, message, message.count, 0) == message.count) }
    }

    @Test("who is not allowed to export is counted and not read")
    func refused() async throws {
        try await TestCollector.run(
            in: ScratchFolder(),
            configure: {
                Self.listening(&$0)
                $0.exporters.allowed = [IPPrefix("10.0.0.0/8")].compactMap(\.self)
            }
        ) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            try Self.send([Self.version5(sequence: 0, packets: 3)], to: place)
            try await collector.eventually("/metrics") { $0.text.contains("zonal_collector_export_datagrams_refused_total 1\n") }
            #expect(try await collector.get("/v1/exporters").rows().isEmpty)
            #expect(try await collector.get("/v1/flows").rows().isEmpty)
        }
    }

    @Test("an address that is taken stops the start, with the mend")
    func taken() async throws {
        try await TestCollector.run(in: ScratchFolder(), configure: Self.listening) { collector in
            let place = try #require(collector.service.exporterPlaces.first)
            let port = try #require(place.split(separator: ":").last.flatMap { UInt16($0) })
            var configuration = CollectorConfiguration()
            let other = try ScratchFolder()
            configuration.dataFolder = other.path("data")
            configuration.exporters.endpoints = [("127.0.0.1", port)]
            let error = #expect(throws: CollectorError.self) {
                _ = try CollectorService(configuration: configuration, logger: TestCollector.logger)
            }
            #expect(error?.description.contains("127.0.0.1:\(port): Address already in use") == true)
            #expect(error?.description.contains("`ss -ulnp` names it") == true)
            withExtendedLifetime(other) {}
        }
    }
}
