import FlowModel
import Foundation
import IPFIX

/// A UDP datagram with an export in it.
struct ExportDatagram {
    var source: ExporterSource
    var destinationPort: UInt16 = 2055
    var octets: [UInt8]
}

/// The UDP payloads of a capture (pcap or pcapng; Ethernet with VLAN tags, Linux cooked, raw IP). Fragments and other
/// transports are left out.
enum CapturedDatagrams {
    static func read(_ path: String) throws -> [ExportDatagram] {
        let file = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        return file.starts(with: [0x0A, 0x0D, 0x0D, 0x0A]) ? pcapng(file) : pcap(file)
    }

    private static func little(_ file: [UInt8], _ offset: Int, _ length: Int) -> Int {
        (0..<length).reversed().reduce(0) { $0 << 8 | Int(file[offset + $1]) }
    }

    static func big(_ file: some RandomAccessCollection<UInt8>, _ offset: Int, _ length: Int) -> UInt64 {
        file.dropFirst(offset).prefix(length).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private static func pcap(_ file: [UInt8]) -> [ExportDatagram] {
        var found: [ExportDatagram] = []
        let link = little(file, 20, 2)
        var offset = 24
        while offset + 16 <= file.count {
            let length = little(file, offset + 8, 4)
            guard offset + 16 + length <= file.count else { break }
            if let datagram = datagram(Array(file[offset + 16..<offset + 16 + length]), link: link) { found.append(datagram) }
            offset += 16 + length
        }
        return found
    }

    private static func pcapng(_ file: [UInt8]) -> [ExportDatagram] {
        var found: [ExportDatagram] = []
        var links: [Int] = []
        var offset = 0
        while offset + 12 <= file.count {
            let (type, length) = (little(file, offset, 4), little(file, offset + 4, 4))
            guard length >= 12, offset + length <= file.count else { break }
            if type == 1 { links.append(little(file, offset + 8, 2)) }
            if type == 6 {
                let interface = little(file, offset + 8, 4)
                let captured = little(file, offset + 20, 4)
                if captured <= length - 32, interface < links.count {
                    let frame = Array(file[offset + 28..<offset + 28 + captured])
                    if let datagram = datagram(frame, link: links[interface]) { found.append(datagram) }
                }
            }
            offset += length
        }
        return found
    }

    private static func datagram(_ frame: [UInt8], link: Int) -> ExportDatagram? {
        var offset = 0
        switch link {
        case 1:
            offset = 12
            while offset + 2 <= frame.count, [0x8100, 0x88A8].contains(big(frame, offset, 2)) { offset += 4 }
            offset += 2
        case 113: offset = 16
        case 12, 101: offset = 0
        default: return nil
        }
        guard offset < frame.count else { return nil }
        let packet = frame[offset...]
        let address: IPAddress
        var udp = 0
        switch packet.first.map({ $0 >> 4 }) {
        case 4:
            guard packet.count >= 20, big(packet, 9, 1) == 17, big(packet, 6, 2) & 0x3FFF == 0 else { return nil }
            address = IPAddress(ipv4: UInt32(big(packet, 12, 4)))
            udp = Int(big(packet, 0, 1) & 15) * 4
        case 6:
            guard packet.count >= 40, big(packet, 6, 1) == 17 else { return nil }
            address = IPAddress(high: big(packet, 8, 8), low: big(packet, 16, 8))
            udp = 40
        default: return nil
        }
        guard packet.count >= udp + 8 else { return nil }
        let port = UInt16(big(packet, udp, 2))
        let length = Int(big(packet, udp + 4, 2))
        guard length >= 8 else { return nil }
        return ExportDatagram(
            source: ExporterSource(address, port: port), destinationPort: UInt16(big(packet, udp + 2, 2)),
            octets: Array(packet.dropFirst(udp + 8).prefix(length - 8)))
    }
}
