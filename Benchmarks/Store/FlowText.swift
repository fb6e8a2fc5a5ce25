import FlowModel
import Glibc

/// The flows as comma-separated lines, with the columns and the texts of `storebench csv`.
enum FlowText {
    private static let header =
        "start_ms,end_ms,exporter,vni,vlan,proto,src,dst,sport,dport,packets,bytes,rpackets,rbytes,flags,rflags,in_if,out_if,reason\n"

    /// - Parameters:
    ///   - first: so many flows are made and not written.
    ///   - rows: nil is all that follow.
    static func write(_ flows: FlowGenerator, first: Int, rows: Int?) {
        var flows = flows
        for _ in 0..<min(first, flows.total) { _ = flows.next() }
        var output = Array(header.utf8)
        var left = rows ?? .max
        while left > 0, !flows.isAtEnd {
            append(flows.next(), to: &output)
            left -= 1
            if output.count > 1 << 20 { flush(&output) }
        }
        flush(&output)
    }

    private static func append(_ flow: ModelFlow, to output: inout [UInt8]) {
        number(UInt64(flow.start), &output)
        number(UInt64(flow.end), &output)
        number(UInt64(flow.exporter), &output)
        number(UInt64(flow.vni), &output)
        number(UInt64(flow.vlan), &output)
        number(UInt64(flow.proto), &output)
        address(flow.source, &output)
        address(flow.destination, &output)
        for value in [
            UInt64(flow.sourcePort), UInt64(flow.destinationPort), flow.packets, flow.bytes, flow.reversePackets, flow.reverseBytes,
            UInt64(flow.flags), UInt64(flow.reverseFlags), UInt64(flow.input), UInt64(flow.output), UInt64(flow.endReason),
        ] { number(value, &output) }
        output[output.count - 1] = UInt8(ascii: "\n")
    }

    private static func address(_ address: IPAddress, _ output: inout [UInt8]) {
        if address.isIPv6 {
            output += address.description.utf8
            output.append(UInt8(ascii: ","))
            return
        }
        for shift in [24, 16, 8, 0] as [UInt64] {
            number(address.low >> shift & 255, &output)
            if shift > 0 { output[output.count - 1] = UInt8(ascii: ".") }
        }
    }

    /// With a comma behind it.
    private static func number(_ value: UInt64, _ output: inout [UInt8]) {
        let start = output.count
        var left = value
        repeat {
            output.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: left % 10))
            left /= 10
        } while left > 0
        output[start...].reverse()
        output.append(UInt8(ascii: ","))
    }

    private static func flush(_ output: inout [UInt8]) {
        var done = 0
        while done < output.count {
            // The pointer is good for the call, and so many octets stand behind it.
            let written = unsafe output.withUnsafeBytes { octets in
                unsafe Glibc.write(1, octets.baseAddress?.advanced(by: done), octets.count - done)
            }
            guard written > 0 else { fail("the text cannot be written") }
            done += written
        }
        output.removeAll(keepingCapacity: true)
    }
}
