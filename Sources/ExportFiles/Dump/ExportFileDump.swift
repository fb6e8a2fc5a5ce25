import FlowQuery

/// Dumps a whole file: its messages one after the other, then what they came to.
package struct ExportFileDump: ~Copyable {
    private var file: ExportFile
    private var dump: ExportDump
    private var found: ArraySlice<ExportPacket> = []
    private var packets = 0
    private var isEnded = false

    /// - Parameter ports: of a capture: destination ports to take, whatever the content is; nil for all exports.
    /// - Throws: as `ExportFile`.
    package init(path: String, ports: Set<UInt16>? = nil, dump: ExportDump) throws(ExportFileError) {
        self.dump = dump
        file = try ExportFile(path: path, ports: ports)
    }

    /// Why the file could not be read to its end; what came before was printed.
    package var damage: String? { file.damage }

    /// Why nothing was printed, when `next` has given nil: the file has no export in it. nil when it has.
    package var emptiness: ExportFileError? { isEnded && packets == 0 ? file.emptiness : nil }

    /// What the next packet prints, which may be nothing; behind the last one the totals; then nil.
    package mutating func next() -> [UInt8]? {
        guard !isEnded else { return nil }
        if found.isEmpty { found = (file.next() ?? [])[...] }
        guard let packet = found.popFirst() else {
            isEnded = true
            return dump.summary(capture: file.packets)
        }
        packets += 1
        return dump.dump(packet)
    }
}

extension ExportDump {
    /// What was dumped so far, in a line or two; an object of its own in JSON.
    ///
    /// - Parameter capture: what a capture held besides exports.
    package func summary(capture: ExportPacketStatistics? = nil) -> [UInt8] {
        let faults = faults.sorted { $0.key < $1.key }
        var counts: [(String, UInt64)] = [
            ("messages", messages), ("records", records), ("samples", samples), ("sets_without_template", setsWithoutTemplate),
        ]
        if let capture {
            counts += [
                ("frames", capture.frames), ("other_datagrams", capture.datagramsOther),
                ("other_connections", capture.connectionsOther),
                ("fragmented_datagrams", capture.datagramsAssembled), ("fragmented_datagrams_lost", capture.datagramsLostInAll),
                ("datagrams_cut", capture.datagramsCut), ("stream_gaps", capture.streamGaps),
                ("stream_octets_missing", capture.streamOctetsMissing), ("stream_octets_skipped", capture.streamOctetsSkipped),
            ]
        }
        switch options.form {
        case .text:
            let words =
                counts.enumerated().filter { $0.offset == 0 || $0.element.1 > 0 }.map { "\($0.element.0)=\($0.element.1)" }
                + faults.map { "fault:\($0.key)=\($0.value)" }
            return Array("total \(words.joined(separator: " "))\n".utf8)
        case .json:
            var json = DumpJSON()
            json.add { writer in
                for (name, count) in counts { writer.member(name, count) }
                writer.key("faults")
                writer.object { writer in
                    for (name, count) in faults { writer.member(name, count) }
                }
            }
            return json.drain()
        }
    }
}
