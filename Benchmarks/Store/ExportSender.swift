import FlowModel
import Foundation

/// Sends the flows as IPFIX over UDP on this machine, from one exporter or from several with an address each (127.0.1.1 and on).
///
/// Templates come at the beginning and every 200,000 flows. It sleeps when it is ahead of its rate: a sender that spins would take
/// the receiver's time. With patience it also waits while much lies in the receiver's socket, so that nothing is lost, however little
/// time the receiver gets.
struct ExportSender {
    private static let templatesEvery = 200_000
    /// Octets, as the kernel counts them, that may lie in the receiver's socket; looked at every so many flows.
    private static let patience = 8 << 20
    private static let patienceEvery = 4096

    private struct Exporter {
        var socket: Int32
        var message: ExportMessage
        /// Flows until the templates come again.
        var untilTemplates = 0
    }

    private let port: UInt16
    private let isPatient: Bool
    private var exporters: [Exporter] = []
    private var datagrams = 0
    private var octets = 0
    private var refused = 0

    init(host: String, port: UInt16, exporters count: Int, isPatient: Bool) {
        self.port = port
        self.isPatient = isPatient
        for number in 1...count {
            let source = count > 1 ? "127.0.1.\(number)" : nil
            exporters.append(
                Exporter(socket: Self.connect(host, port, from: source), message: ExportMessage(domain: UInt32(number))))
        }
    }

    mutating func send(_ flows: FlowGenerator, rate: Int) {
        var flows = flows
        let began = wallSeconds()
        let cpuBefore = cpuSeconds()
        var lastLook = 0
        while !flows.isAtEnd {
            let flow = flows.next()
            let place = Int(flow.exporter) % exporters.count
            if exporters[place].untilTemplates == 0 {
                if exporters[place].message.records > 0 { flush(place) }
                exporters[place].message.appendTemplates()
                exporters[place].untilTemplates = Self.templatesEvery
            }
            exporters[place].untilTemplates -= 1
            exporters[place].message.append(flow)
            if exporters[place].message.isFull { flush(place) }
            if isPatient, flows.made % Self.patienceEvery == 0 { waitForReceiver() }
            if rate > 0, flows.made - lastLook >= 256 {
                lastLook = flows.made
                wait(until: began + Double(flows.made) / Double(rate))
            }
        }
        for place in exporters.indices where exporters[place].message.records > 0 { flush(place) }
        let seconds = wallSeconds() - began
        printJSON([
            "flows": flows.total, "datagrams": datagrams, "octets": octets, "refused": refused, "seconds": rounded(seconds),
            "cpu": rounded(cpuSeconds() - cpuBefore),
        ])
    }

    private func wait(until time: Double) {
        var ahead = time - wallSeconds()
        while ahead > 0 {
            if ahead > 2e-4 { usleep(UInt32(ahead * 5e5)) }
            ahead = time - wallSeconds()
        }
    }

    private func waitForReceiver() {
        let local = String(format: ":%04X", Int(port))
        while let sockets = try? String(contentsOfFile: "/proc/net/udp", encoding: .utf8) {
            let lying = sockets.split(separator: "\n").lazy.map { $0.split(separator: " ") }
                .first { $0.count > 4 && $0[1].hasSuffix(local) }
                .flatMap { $0[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } }
            guard let lying, lying > Self.patience else { return }
            usleep(2000)
        }
    }

    private mutating func flush(_ place: Int) {
        exporters[place].message.finish()
        let message = exporters[place].message.octets
        // The octets live through the call, which reads as many as there are.
        let sent = unsafe message.withUnsafeBytes { unsafe Glibc.send(exporters[place].socket, $0.baseAddress, $0.count, 0) }
        if sent != message.count { refused += 1 }
        datagrams += 1
        octets += message.count
        exporters[place].message.begin()
    }

    private static func connect(_ host: String, _ port: UInt16, from source: String?) -> Int32 {
        let socket = Glibc.socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
        guard socket >= 0 else { fail("no socket") }
        var room: Int32 = 8 << 20
        // The address of a local, for the length of the call; without the right to do so the room stays as it is.
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_SNDBUFFORCE, &room, socklen_t(MemoryLayout<Int32>.size))
        // `call` gives both functions a pointer that is good for the call.
        if let source, unsafe call(Glibc.bind, socket, address(source, 0)) != 0 { fail("\(source) cannot be the sender's address") }
        guard unsafe call(Glibc.connect, socket, address(host, port)) == 0 else { fail("\(host) cannot be reached") }
        return socket
    }

    private static func address(_ host: String, _ port: UInt16) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        // Text and field live through the call.
        guard unsafe inet_pton(AF_INET, host, &address.sin_addr) == 1 else { fail("'\(host)' is no IPv4 address") }
        return address
    }

    private static func call(
        _ function: (Int32, UnsafePointer<sockaddr>?, socklen_t) -> Int32, _ socket: Int32, _ address: sockaddr_in
    ) -> Int32 {
        // A `sockaddr_in` is what the kernel reads behind a `sockaddr` of its family; it lives through the call.
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe function(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
