import Capture
import FlowModel
import PacketDecoding

/// One captured interface: its ring, what is known of it, and what was counted on it. Lives on the capture thread.
final class CapturePoint {
    private(set) var interface: NetworkInterface
    /// nil is the agent's own.
    let namespace: NetworkNamespace?
    /// Index in observations and, plus one, in the batches' names.
    let identifier: UInt16
    private(set) var place = InterfacePlace()
    private var ring: PacketRing
    private let decoder: PacketDecoder
    private(set) var captured: UInt64 = 0
    /// Frames that the kernel had for us and that nobody will read any more.
    private var abandoned: UInt64 = 0
    /// The last wait found something in the ring, or something wrong with it.
    var isReady = false
    /// Nothing new comes into the ring: what is in it is read, and then it is closed.
    private(set) var isEnding = false
    /// Of a point that is ending: when it had something last, steady milliseconds.
    var lastFrames: Int64 = 0
    /// Frames that fit into the ring at least.
    let room: Int

    /// - Throws: what `PacketRing` throws, `unknownLinkType`, or `interfaceGone` when another interface has the name now.
    init(
        interface: NetworkInterface, in namespace: NetworkNamespace?, identifier: UInt16, options: PacketRing.Options,
        decoding: PacketDecoder.Configuration
    ) throws(CaptureError) {
        let ring = try PacketRing(interface: interface.name, in: namespace, options: options)
        // It is opened by name, and names change hands.
        guard ring.index == interface.index else {
            throw CaptureError(.interfaceGone, place: ring.interface, "another interface has this name now; it is looked for again")
        }
        guard let linkType = LinkType(number: ring.linkType) else {
            throw CaptureError(
                .unknownLinkType, place: interface.name,
                "its link type \(ring.linkTypeName) is not read; leave it out with --exclude \(interface.name)")
        }
        room = PacketRing.frames(options)
        self.ring = ring
        decoder = PacketDecoder(linkType: linkType, configuration: decoding)
        self.interface = interface
        self.namespace = namespace
        self.identifier = identifier
    }

    var descriptor: Int32 { ring.descriptor }
    var ringBytes: Int { ring.ringBytes }

    /// The name in records: that of its namespace in front when it is not the agent's own.
    var name: String { namespace.map { "\($0.name)/\(interface.name)" } ?? interface.name }

    /// Takes what the kernel says of the interface now.
    ///
    /// - Returns: true when it leads to one workload and did not before, or the other way round.
    func update(_ interface: NetworkInterface, _ place: InterfacePlace) -> Bool {
        defer { (self.interface, self.place) = (interface, place) }
        return self.place.isWorkload != place.isWorkload
    }

    /// Reads waiting frames into the block, up to its room.
    ///
    /// - Returns: how many frames there were.
    /// - Throws: `interfaceGone`, but not of a point that is ending.
    func read(
        into block: inout ObservationBlock, fragments: inout FragmentTable, counters: inout DecodeCounters
    ) throws(CaptureError) -> Int {
        let identifier = identifier, place = place, decoder = decoder
        let count = ring.readWaiting(limit: block.room) { octets, wireLength, time, direction in
            block.next { observation in
                observation.timestampNanoseconds = time
                observation.interface = identifier
                observation.direction = direction
                let outcome = decoder.decode(octets, wireLength: wireLength, into: &observation, fragments: &fragments)
                counters.count(outcome)
                guard outcome.isObserved else { return false }
                place.settleTenant(of: &observation)
                return true
            }
        }
        captured &+= UInt64(count)
        if !isEnding { try ring.check(delivered: count) }
        return count
    }

    /// - Throws: `interfaceGone` when the ring is dead: the interface was away, and may have come back with its name and index.
    func verify() throws(CaptureError) { try ring.verify() }

    /// Lets nothing new into the ring.
    ///
    /// - Parameter now: steady, milliseconds.
    func end(at now: Int64) {
        guard !isEnding else { return }
        isEnding = true
        lastFrames = now
        ring.stop()
    }

    /// True when all that the kernel had for us was read, or dropped by it.
    var isExhausted: Bool {
        let counters = ring.counters()
        return counters.seen <= captured &+ counters.dropped
    }

    /// Takes what was not read into the account, as dropped. The last that is asked of a point.
    func settle() {
        let counters = ring.counters()
        let known = captured &+ counters.dropped
        abandoned = counters.seen > known ? counters.seen - known : 0
    }

    func report() -> AgentReport.Interface {
        AgentReport.Interface(
            index: UInt32(identifier) + 1, name: name, kind: interface.kind.name, vni: place.vni ?? .max,
            captured: captured, dropped: dropped)
    }

    /// Packets dropped by the kernel for want of room in the ring, and those left in a ring at its end.
    var dropped: UInt64 { ring.counters().dropped &+ abandoned }
    /// How often the kernel found no room in the ring.
    var freezes: UInt64 { ring.counters().freezes }
}

/// What the arrangement of interfaces tells of one of them.
struct InterfacePlace: Equatable {
    /// Whose the frames are that say nothing themselves.
    var tenant = Tenant.none
    /// A tag in a frame says more than the tenant: the bridge looks at tags.
    var isVLANAware = false
    var isWorkload = false

    var vni: UInt32? { tenant.kind == .virtualNetwork ? tenant.number : nil }

    /// Puts a frame into the interface's tenant, where it tells of none itself. What a bridge that does not look at tags
    /// carries in a VNI, it carries there with its tag.
    @inline(__always)
    func settleTenant(of observation: inout PacketObservation) {
        guard tenant.kind != .none, observation.vni == .max, observation.vlan == .max || (!isVLANAware && vni != nil) else { return }
        if tenant.kind == .virtualNetwork {
            observation.vni = tenant.number
        } else {
            observation.vlan = UInt16(truncatingIfNeeded: tenant.number)
        }
        observation.key.tenant = tenant
    }
}

extension InterfacePlace {
    init(_ interface: NetworkInterface, _ topology: Topology) {
        tenant = topology.tenant(of: interface)
        isWorkload = topology.isWorkload(interface)
        isVLANAware = topology.isVLANAware(interface)
    }
}
