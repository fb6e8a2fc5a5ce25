import Foundation
import IPFIX

/// A capture file of UDP datagrams from 192.0.2.1 to port 4739 of 192.0.2.2, for readers of captures.
enum DatagramCapture {
    static func file(_ parts: [ExportedMessages]) -> Data {
        var octets: [UInt8] = little(0xA1B2_C3D4, 4) + little(2, 2) + little(4, 2) + little(0, 8) + little(262_144, 4) + little(1, 4)
        var number: UInt64 = 0
        for part in parts {
            for message in part.messages {
                let payload = Array(part.octets[message.place])
                let udp = big(40_000) + big(4739) + big(8 + payload.count) + big(0) + payload
                let ip: [UInt8] = [0x45, 0] + big(20 + udp.count) + big(0) + big(0) + [64, 17] + big(0) + [192, 0, 2, 1, 192, 0, 2, 2]
                let frame: [UInt8] = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0] + ip + udp
                octets += little(1_700_000_000 + number / 1000, 4) + little(number % 1000 * 1000, 4)
                octets += little(UInt64(frame.count), 4) + little(UInt64(frame.count), 4) + frame
                number += 1
            }
        }
        return Data(octets)
    }

    private static func little(_ value: UInt64, _ length: Int) -> [UInt8] {
        (0..<length).map { UInt8(truncatingIfNeeded: value >> UInt64($0 * 8)) }
    }

    private static func big(_ value: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: value >> 8), UInt8(truncatingIfNeeded: value)] }
}
