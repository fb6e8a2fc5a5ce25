import FlowModel
import FlowQuery

@testable import FlowStore

/// Rollups as they must be, summed up record by record.
struct RollupModel: Equatable {
    struct Key: Hashable {
        var bucket: Int64
        var source: IPAddress?
        var destination: IPAddress?
        var port: UInt16
        var proto: UInt8
        var vni: UInt32
        var vlan: UInt16
    }
    private(set) var sums: [Key: [UInt64]] = [:]

    init(_ records: [NamedRecord], _ kind: RollupKind) {
        let span = kind == .minute ? Int64(60_000) : 3_600_000
        for record in records.map(\.record) where record.counted {
            let isKnown = [.syn, .synAck, .icmp, .firstPacket].contains(record.initiatorBasis)
            let (source, destination) = (record.sourceTransportPort, record.destinationTransportPort)
            // All times of the tests are after 1970.
            let key = Key(
                bucket: record.flowEndMilliseconds / span * span, source: kind == .hour ? record.sourceAddress : nil,
                destination: kind == .hour ? record.destinationAddress : nil,
                port: isKnown ? destination : min(source, destination), proto: record.protocolIdentifier, vni: record.vni,
                vlan: record.vlan)
            add(
                key,
                [
                    1, record.part == 0 ? 1 : 0, record.packetDeltaCount, record.octetDeltaCount,
                    record.reversePacketDeltaCount, record.reverseOctetDeltaCount,
                ])
        }
    }

    private init() {}

    private mutating func add(_ key: Key, _ amounts: [UInt64]) {
        let before = sums[key] ?? [0, 0, 0, 0, 0, 0]
        sums[key] = zip(before, amounts).map { $0 > .max - $1 ? .max : $0 + $1 }
    }

    /// What the files of one kind hold, and how many rows they have.
    static func stored(_ path: String, _ kind: RollupKind) throws -> (model: RollupModel, rows: Int) {
        let folder = RollupFolder(path: path)
        var model = RollupModel()
        var rows = 0
        var decoder = try BlockDecoder()
        for name in try folder.list().files.values where name.kind == kind {
            let reader = try RollupReader(folder: folder, name: name)
            try reader.begin()
            try reader.readAddresses()
            for var header in try reader.blocks.headers(.always) {
                let hasAddresses = kind == .hour
                try reader.blocks.load(RollupBatch.columns(withAddresses: hasAddresses), into: &header)
                let batch = try RollupBatch(
                    header, withAddresses: hasAddresses, addresses: reader.addresses, decoder: &decoder)
                rows += header.rows
                for row in 0..<header.rows {
                    let flows = batch.rows
                    guard header.end.contains(flows.flowEndMilliseconds[row]) else { throw BlockDamage.badNumber }
                    model.add(
                        Key(
                            bucket: flows.flowEndMilliseconds[row], source: hasAddresses ? flows.sourceAddress[row] : nil,
                            destination: hasAddresses ? flows.destinationAddress[row] : nil,
                            port: flows.servicePort(row: row), proto: flows.protocolIdentifier[row], vni: flows.vni[row],
                            vlan: flows.vlan[row]),
                        [
                            batch.records[row], batch.flows[row], flows.packetDeltaCount[row], flows.octetDeltaCount[row],
                            flows.reversePacketDeltaCount[row], flows.reverseOctetDeltaCount[row],
                        ])
                }
            }
            reader.end()
        }
        return (model, rows)
    }
}

extension TestStore {
    var rollups: String { path + "/rollups" }

    func build(everything: Bool = true) throws { try store.buildRollups(everything: everything) { false } }

    /// The records of the blocks that the files of one kind say they hold, as far as their partitions are still there.
    func takenRecords(_ kind: RollupKind) throws -> [NamedRecord] {
        let partitions = PartitionFolder(path: flows)
        let folder = RollupFolder(path: rollups)
        let files = try folder.list().files
        var decoder = try BlockDecoder()
        var records: [NamedRecord] = []
        for name in try partitions.list().partitions {
            guard let slot = name.slot,
                let file = files[RollupFolder.Place(day: RollupName.day(of: slot), kind: kind)]
            else { continue }
            let reader = try PartitionReader(folder: partitions, name: name)
            try reader.begin()
            try reader.readAddresses()
            let taken = try RollupReader(folder: folder, name: file).blocks
                .taken(TakenPartition(slot: slot, origin: reader.origin()))
            for var header in try reader.blocks.headers(.always, overlap: false) where taken.contains(TakenBlock(header)) {
                try reader.blocks.load(.all, into: &header)
                records += try decoder.decode(header, .all, addresses: reader.addresses).namedRecords
            }
            reader.end()
        }
        return records
    }

    /// Whether the rollups are the sums of exactly what they say they hold.
    func rollupsAreExact(_ kind: RollupKind) throws -> Bool {
        try RollupModel.stored(rollups, kind).model == RollupModel(takenRecords(kind), kind)
    }
}
