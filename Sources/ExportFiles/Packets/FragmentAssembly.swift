import FlowModel
import PacketDecoding

/// Puts the fragments of IP datagrams together (RFC 791 §3.2, RFC 8200 §4.5).
///
/// Of two fragments that hold the same octets the first counts (RFC 5722 has both thrown away; a capture may just have one
/// twice). Bounded in datagrams, octets and time, which is the capture's.
struct FragmentAssembly {
    /// A whole datagram's payload, of the transport header's protocol.
    struct Whole {
        var octets: [UInt8]
        var transport: Int
        var protocolIdentifier: UInt8
    }

    private struct Key: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var identification: UInt32
        var headerProtocol: UInt8
    }

    private struct Piece {
        var offset: Int
        var octets: [UInt8]
    }

    private struct Datagram {
        var serial: UInt64
        var milliseconds: Int64
        /// In the order of their places, none over another.
        var pieces: [Piece] = []
        var octets = 0
        /// Known with the last fragment.
        var length: Int?
        /// Known with the first: where the transport header is behind the beginning, and its protocol.
        var transport: (offset: Int, proto: UInt8)?
        /// It cannot come to anything, and has been counted: what comes of it still is passed over.
        var isLost = false
    }

    private static let datagramLimit = 1024
    private static let octetLimit = 16 << 20
    private static let pieceLimit = 2048
    private static let longest = 65_535
    /// Linux's time for IPv4 (RFC 8200 has 60 s; identifications may come again after it).
    private static let timeout: Int64 = 30_000

    private var datagrams: [Key: Datagram] = [:]
    /// In the order in which they began, those that are gone among them.
    private var order: [(key: Key, serial: UInt64)] = []
    private var head = 0
    private var serial: UInt64 = 0
    private var octets = 0

    /// Takes a fragment.
    ///
    /// - Parameters:
    ///   - fragment: of the payload.
    ///   - content: the fragment's data, `missing` octets of them not captured.
    /// - Returns: the datagram that it completes.
    mutating func take(
        _ payload: PacketPayload, _ fragment: PacketPayload.Fragment, _ content: [UInt8], missing: Int, at milliseconds: Int64,
        _ statistics: inout ExportPacketStatistics
    ) -> Whole? {
        expire(before: milliseconds - Self.timeout, &statistics)
        let key = Key(
            source: payload.source, destination: payload.destination, identification: fragment.identification,
            headerProtocol: fragment.headerProtocol)
        let end = fragment.offset + content.count + missing
        // All but the last are of whole units of 8 octets.
        let isSound = end <= Self.longest && (!fragment.hasMore || (end % 8 == 0 && end > fragment.offset))
        guard isSound, missing == 0 else {
            let loss: ExportPacketStatistics.FragmentLoss = missing > 0 ? .cut : .contradictory
            if datagrams[key] == nil { begin(key, at: milliseconds, &statistics) }
            giveUp(key, loss, &statistics)
            return nil
        }
        if datagrams[key] == nil { begin(key, at: milliseconds, &statistics) }
        if datagrams[key]?.isLost == true { return nil }
        // Taken out while it changes, so that it is not copied.
        guard var datagram = datagrams.removeValue(forKey: key) else { return nil }
        octets -= datagram.octets
        let isNew = Self.insert(fragment, content, into: &datagram)
        if !isNew { statistics.fragmentsRepeated += 1 }
        if fragment.offset == 0 && datagram.transport == nil {
            datagram.transport = (payload.transport - payload.start, payload.protocolIdentifier)
        }
        if isNew && !fragment.hasMore { datagram.length = end }
        if let length = datagram.length, let last = datagram.pieces.last, last.offset + last.octets.count > length {
            octets += datagram.octets
            datagrams[key] = datagram
            giveUp(key, .contradictory, &statistics)
            return nil
        }
        if let length = datagram.length, let transport = datagram.transport, datagram.octets == length {
            statistics.datagramsAssembled += 1
            let whole = datagram.pieces.reduce(into: [UInt8]()) { $0 += $1.octets }
            return Whole(octets: whole, transport: transport.offset, protocolIdentifier: transport.proto)
        }
        octets += datagram.octets
        datagrams[key] = datagram
        while octets > Self.octetLimit { removeOldest(.evicted, &statistics) }
        return nil
    }

    /// Counts what is still not whole.
    mutating func finish(_ statistics: inout ExportPacketStatistics) {
        let waiting = datagrams.values.count { !$0.isLost }
        if waiting > 0 { statistics.datagramsLost[.incomplete, default: 0] += UInt64(waiting) }
        self = FragmentAssembly()
    }

    /// - Returns: false when it says nothing new.
    private static func insert(_ fragment: PacketPayload.Fragment, _ content: [UInt8], into datagram: inout Datagram) -> Bool {
        var place = datagram.pieces.count
        while place > 0, datagram.pieces[place - 1].offset > fragment.offset { place -= 1 }
        if place > 0 {
            let before = datagram.pieces[place - 1]
            if before.offset + before.octets.count > fragment.offset || before.offset == fragment.offset { return false }
        }
        if place < datagram.pieces.count, datagram.pieces[place].offset < fragment.offset + content.count { return false }
        guard datagram.pieces.count < pieceLimit else { return false }
        datagram.pieces.insert(Piece(offset: fragment.offset, octets: content), at: place)
        datagram.octets += content.count
        return true
    }

    private mutating func begin(_ key: Key, at milliseconds: Int64, _ statistics: inout ExportPacketStatistics) {
        while datagrams.count >= Self.datagramLimit { removeOldest(.evicted, &statistics) }
        serial += 1
        datagrams[key] = Datagram(serial: serial, milliseconds: milliseconds)
        order.append((key, serial))
        // Of those that came to their end the order forgets now and then.
        if order.count > Self.datagramLimit * 4 {
            order = order[head...].filter { datagrams[$0.key]?.serial == $0.serial }
            head = 0
        }
    }

    /// Of a datagram that can be none any more only the name is kept.
    private mutating func giveUp(
        _ key: Key, _ loss: ExportPacketStatistics.FragmentLoss, _ statistics: inout ExportPacketStatistics
    ) {
        guard var datagram = datagrams[key], !datagram.isLost else { return }
        octets -= datagram.octets
        (datagram.isLost, datagram.octets, datagram.pieces) = (true, 0, [])
        datagrams[key] = datagram
        statistics.datagramsLost[loss, default: 0] += 1
    }

    private mutating func lose(
        _ key: Key, _ loss: ExportPacketStatistics.FragmentLoss, _ statistics: inout ExportPacketStatistics
    ) {
        guard let datagram = datagrams.removeValue(forKey: key) else { return }
        octets -= datagram.octets
        if !datagram.isLost { statistics.datagramsLost[loss, default: 0] += 1 }
    }

    private mutating func removeOldest(
        _ loss: ExportPacketStatistics.FragmentLoss, _ statistics: inout ExportPacketStatistics
    ) {
        while head < order.count {
            let (key, serial) = order[head]
            head += 1
            guard datagrams[key]?.serial == serial else { continue }
            lose(key, loss, &statistics)
            return
        }
    }

    private mutating func expire(before milliseconds: Int64, _ statistics: inout ExportPacketStatistics) {
        while head < order.count {
            let (key, serial) = order[head]
            if let datagram = datagrams[key], datagram.serial == serial {
                guard datagram.milliseconds < milliseconds else { return }
                lose(key, .incomplete, &statistics)
            }
            head += 1
        }
    }
}
