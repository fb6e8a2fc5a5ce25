import AgentCommands
import Collecting
import ExportFiles
import FlowModel
import Foundation
import IPFIX
import Settings

/// What comes to a UDP port, printed as it comes, until it is interrupted.
struct LiveDump {
    let endpoint: SettingEndpoint
    let allowed: UInt64?
    private static let receiveBuffer = 32 << 20

    func run(_ dump: ExportDump) throws {
        var socket: DatagramSocket
        do throws(ListenerError) {
            socket = try DatagramSocket(
                host: endpoint.host, port: UInt16(clamping: endpoint.port), receiveBuffer: Self.receiveBuffer)
        } catch {
            throw CommandFailure("\(error)")
        }
        CommandLineRunner.say("zonal: listening at \(socket.place); Ctrl-C ends it")
        var dump = dump
        let out = try OutputFile(path: nil)
        let block = DatagramBlock()
        let interruption = Interruption()
        // Where it listens to all addresses, it does not know to which one a datagram came.
        let own = ExporterSource(IPAddress(endpoint.host) ?? .zero, port: socket.port)
        var dropped: UInt64 = 0
        while !interruption.hasCome, allowed.map({ dump.messages < $0 }) ?? true {
            switch socket.receive(into: block, at: { Int64(Date().timeIntervalSince1970 * 1000) }) {
            case .failure(let failure): throw CommandFailure("\(socket.place): cannot be read: \(failure.text)")
            case .success(let outcome):
                dropped += outcome.dropped
                for index in 0..<outcome.received where allowed.map({ dump.messages < $0 }) ?? true {
                    let octets = block.withOctets(of: index) { span in
                        // Of as many octets as the span has.
                        unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
                    }
                    let packet = ExportPacket(
                        source: block.source(of: index), destination: own, transport: .datagram,
                        receivedMilliseconds: block.receivedMilliseconds, number: 0, octets: octets)
                    try out.write(dump.dump(packet))
                }
            }
        }
        try out.write(dump.summary(capture: nil))
        if dropped > 0 { CommandLineRunner.say("zonal: \(dropped) datagrams were dropped by the kernel: printing was too slow for them") }
    }
}
