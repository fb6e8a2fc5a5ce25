import FlowModel
import Foundation

/// Reads flows that other tools made: Zeek's conn.log (tab-separated, `#fields` names the columns) and Argus's binetflow.
enum LabelledFlows {
    /// All rows that are TCP, UDP or ICMP, as one batch in the order of their ends.
    static func read(_ path: String) throws -> FlowBatch {
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
        let records = lines.first?.hasPrefix("#") == true ? zeek(lines) : argus(lines)
        var batch = FlowBatch()
        for record in records.sorted(by: { $0.flowEndMilliseconds < $1.flowEndMilliseconds }) { batch.append(record) }
        return batch
    }

    private static func zeek(_ lines: [String]) -> [FlowRecord] {
        var columns: [String] = []
        var records: [FlowRecord] = []
        for line in lines {
            let cells = line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            if cells.first == "#fields" { columns = Array(cells.dropFirst()) }
            guard cells.first?.hasPrefix("#") == false else { continue }
            let row = Dictionary(zip(columns, cells)) { first, _ in first }
            guard var record = record(
                row["proto"], row["id.orig_h"], row["id.orig_p"], row["id.resp_h"], row["id.resp_p"],
                start: Double(row["ts"] ?? ""), duration: Double(row["duration"] ?? "") ?? 0,
                packets: row["orig_pkts"], reverse: row["resp_pkts"])
            else { continue }
            record.connectionState = ConnectionState(name: row["conn_state"] ?? "") ?? .absent
            let history = row["history"] ?? "-"
            record.initiatorBasis = record.protocolIdentifier != 6 ? .firstPacket : history.hasPrefix("S") ? .syn : .port
            record.tcpControlBits = flags(history, capitals: true)
            record.reverseTCPControlBits = flags(history, capitals: false)
            if record.protocolIdentifier == 17 { record.connectionState = record.reversePacketDeltaCount > 0 ? .sf : .s0 }
            records.append(record)
        }
        return records
    }

    /// The flags that the letters of Zeek's history stand for: S h A D F R; capitals are the initiator's.
    private static func flags(_ history: String, capitals: Bool) -> TCPFlags {
        var flags: TCPFlags = []
        for letter in history where letter.isUppercase == capitals {
            switch letter.lowercased() {
            case "s": flags.insert(.syn)
            case "h": flags.insert([.syn, .ack])
            case "a", "d": flags.insert(.ack)
            case "f": flags.insert([.fin, .ack])
            case "r": flags.insert(.rst)
            default: break
            }
        }
        return flags
    }

    private static func argus(_ lines: [String]) -> [FlowRecord] {
        guard let header = lines.first else { return [] }
        let separator: Character = header.contains("\t") ? "\t" : ","
        let columns = header.split(separator: separator).map(String.init)
        return lines.dropFirst().compactMap { line in
            let cells = line.split(separator: separator, omittingEmptySubsequences: false).map(String.init)
            let row = Dictionary(zip(columns, cells)) { first, _ in first }
            let isTwoWay = row["Dir"]?.contains("<->") == true || row["State"] == "CON"
            guard var record = record(
                row["Proto"], row["SrcAddr"], row["Sport"], row["DstAddr"], row["Dport"],
                start: seconds(row["StartTime"] ?? ""), duration: Double(row["Dur"] ?? "") ?? 0,
                packets: "1", reverse: isTwoWay ? "1" : "0")
            else { return nil }
            let state = row["State"] ?? ""
            let sides = state.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
            if record.protocolIdentifier == 17 {
                record.connectionState = isTwoWay ? .sf : .s0
            } else if record.protocolIdentifier == 6 {
                let source = sides.first ?? ""
                let destination = sides.count > 1 ? sides[1] : ""
                record.initiatorBasis = source.contains("S") && row["Dir"]?.contains("?") != true ? .syn : .port
                record.tcpControlBits = TCPFlags(source.filter { "FSRPA".contains($0) }) ?? []
                record.connectionState =
                    state == "S0" || destination.isEmpty ? .s0 : destination.contains("S") ? .sf : destination.hasPrefix("R") ? .rej : .oth
                record.reversePacketDeltaCount = destination.isEmpty ? 0 : 1
                if state == "S0" { record.tcpControlBits = [.syn] }
            }
            return record
        }
    }

    /// `2019/04/04 16:24:47.672448`.
    private static func seconds(_ text: String) -> Double? {
        guard text.count > 19, let milliseconds = UTCTime.milliseconds(text.prefix(19).replacingOccurrences(of: "/", with: "-") + "Z"),
            let fraction = Double("0" + text.dropFirst(19))
        else { return nil }
        return Double(milliseconds) / 1000 + fraction
    }

    private static func record(
        _ proto: String?, _ source: String?, _ sourcePort: String?, _ destination: String?, _ destinationPort: String?,
        start: Double?, duration: Double, packets: String?, reverse: String?
    ) -> FlowRecord? {
        guard let proto = ProtocolName.number(proto ?? ""), [1, 6, 17, 58].contains(proto), let start,
            let source = IPAddress(source ?? ""), let destination = IPAddress(destination ?? "")
        else { return nil }
        var record = FlowRecord()
        record.protocolIdentifier = proto
        record.sourceAddress = source
        record.destinationAddress = destination
        record.sourceTransportPort = UInt16(sourcePort ?? "") ?? 0
        record.destinationTransportPort = UInt16(destinationPort ?? "") ?? 0
        record.flowStartMilliseconds = Int64(start * 1000)
        record.flowEndMilliseconds = Int64((start + duration) * 1000)
        record.initialStartMilliseconds = record.flowStartMilliseconds
        record.packetDeltaCount = UInt64(packets ?? "") ?? 1
        record.reversePacketDeltaCount = UInt64(reverse ?? "") ?? 0
        return record
    }
}
