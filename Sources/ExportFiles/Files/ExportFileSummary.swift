package import Collecting
package import FlowModel
package import IPFIX

/// What a file with exports held, and what of it was not read, by reason.
package struct ExportFileSummary: Sendable {
    package let kind: ExportFile.Kind
    /// Datagrams and messages of connections or of a file that were decoded.
    package var packets: UInt64 = 0
    /// Messages of NetFlow v5, v9, IPFIX and sFlow.
    package var messagesV5: UInt64 = 0
    package var messagesV9: UInt64 = 0
    package var messagesIPFIX: UInt64 = 0
    package var datagramsSFlow: UInt64 = 0
    package var rows: UInt64 = 0
    /// Data records that hold no flow, and options records.
    package var otherRecords: UInt64 = 0
    package var optionsRecords: UInt64 = 0
    package var templateRecords: UInt64 = 0
    package var optionsTemplateRecords: UInt64 = 0
    /// Templates that stood behind data of theirs.
    package var templatesBehindData = 0
    /// Data sets that no template was found for: their records are not read.
    package var setsNotRead: UInt64 = 0
    /// Samples of sFlow that hold no packet that can be read, and those that are no samples of packets.
    package var samplesWithoutFlow: UInt64 = 0
    package var otherSamples: UInt64 = 0
    /// Faults by their bounded name; those of sFlow behind `sflow-`.
    package var faults: [String: UInt64] = [:]
    /// What sequence numbers say is missing: flows (v5), messages (v9), records (IPFIX), datagrams (sFlow).
    package var missingFlows: UInt64 = 0
    package var missingMessages: UInt64 = 0
    package var missingRecords: UInt64 = 0
    package var missingDatagrams: UInt64 = 0
    /// Exporters whose account is not in here, since others needed the room.
    package var exportersForgotten: UInt64 = 0
    /// What a capture held besides; nil for other files.
    package var capture: ExportPacketStatistics?
    /// Why the file could not be read to its end, in a sentence with its name.
    package var damage: String?
    /// Times of capture, or of export in a file.
    package var milliseconds: ClosedRange<Int64>?
    /// Each exporter's own account, by address.
    package private(set) var exporters: [(address: IPAddress, statistics: ExporterStatistics)] = []
    package private(set) var agents: [(address: IPAddress, statistics: SFlowStatistics)] = []

    init(kind: ExportFile.Kind) { self.kind = kind }

    package var messages: UInt64 { messagesV5 + messagesV9 + messagesIPFIX + datagramsSFlow }

    mutating func add(_ statistics: ExporterStatistics, of address: IPAddress) {
        // One that is known by its templates alone has sent nothing.
        guard statistics.octets > 0 else { return }
        exporters.append((address, statistics))
        messagesV5 += statistics.messagesV5
        messagesV9 += statistics.messagesV9
        messagesIPFIX += statistics.messagesIPFIX
        otherRecords += statistics.otherRecords
        optionsRecords += statistics.optionsRecords
        templateRecords += statistics.templateRecords
        optionsTemplateRecords += statistics.optionsTemplateRecords
        setsNotRead += statistics.setsExpired + UInt64(statistics.setsWaiting)
        missingFlows += statistics.missing.flows
        missingMessages += statistics.missing.packets
        missingRecords += statistics.missing.records
        for (fault, count) in statistics.faults { faults[fault.rawValue, default: 0] += count }
    }

    mutating func add(_ statistics: SFlowStatistics, ofAgent address: IPAddress) {
        agents.append((address, statistics))
        datagramsSFlow += statistics.datagrams
        samplesWithoutFlow += statistics.samplesWithoutFlow.values.reduce(0, +)
        otherSamples += statistics.counterSamples + statistics.droppedPacketSamples + statistics.otherSamples
        missingDatagrams += statistics.missingDatagrams
        for (fault, count) in statistics.faults { faults["sflow-" + fault.rawValue, default: 0] += count }
    }
}

extension ExportFileSummary {
    /// What was read, in a line.
    package var text: String {
        let versions = [
            (messagesV5, "NetFlow v5"), (messagesV9, "NetFlow v9"), (messagesIPFIX, "IPFIX"), (datagramsSFlow, "sFlow"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        var text = "\(messages) messages (\(versions.joined(separator: ", "))) of \(exporters.count + agents.count) exporters"
        text += ", \(rows) flow records"
        if optionsRecords > 0 { text += ", \(optionsRecords) options records" }
        if templateRecords + optionsTemplateRecords > 0 { text += ", \(templateRecords + optionsTemplateRecords) templates" }
        return text
    }

    /// What was not read, a line each with its reason; empty when all was.
    package var notRead: [String] {
        var lines: [String] = []
        func say(_ count: UInt64, _ text: String) {
            if count > 0 { lines.append("\(count) \(text)") }
        }
        say(setsNotRead, "data sets have no template in the file that could be taken: their records are left out")
        say(otherRecords, "records are no flows: they have neither addresses nor a packet")
        say(samplesWithoutFlow, "sFlow samples hold no IP packet that can be read")
        say(otherSamples, "sFlow samples are of counters or of other kinds")
        for (fault, count) in faults.sorted(by: { $0.key < $1.key }) { lines.append("fault \(fault): \(count)") }
        say(missingFlows, "flows are missing by the sequence numbers of NetFlow v5")
        say(missingMessages, "messages are missing by the sequence numbers of NetFlow v9")
        say(missingRecords, "records are missing by the sequence numbers of IPFIX")
        say(missingDatagrams, "datagrams are missing by the sequence numbers of sFlow")
        say(exportersForgotten, "exporters were forgotten for want of room, and their counts with them")
        guard let capture else { return lines }
        say(capture.datagramsOther, "UDP datagrams of other content")
        say(capture.connectionsOther, "TCP connections of other content")
        say(capture.datagramsCut, "datagrams are cut off in the capture: what is there of them was read")
        for (loss, count) in capture.datagramsLost.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            lines.append("\(count) fragmented datagrams could not be put together (\(loss.rawValue))")
        }
        say(capture.streamGaps, "holes in TCP connections with IPFIX, with \(capture.streamOctetsMissing) octets")
        say(capture.streamOctetsSkipped, "octets of TCP connections belong to no whole message")
        say(capture.connectionsForgotten, "TCP connections were forgotten for want of room")
        for (reason, count) in capture.framesNotRead.sorted(by: { $0.key < $1.key }) { lines.append("\(count) frames: \(reason)") }
        return lines
    }
}
