import Capture
import FlowModel
import PacketDecoding

/// One captured interface: a ring for each direction, and what was counted on it. Lives on the capture thread.
final class CapturePoint {
    let interface: NetworkInterface
    /// Index in observations and, plus one, in the batches' names.
    let identifier: UInt16
    /// Tenant learnt from topology; nil when there is none.
    var vni: UInt32?
    var isWorkload: Bool
    let rings: [Ring]
    private(set) var captured: UInt64 = 0

    /// One direction's ring.
    final class Ring {
        let handle: LiveHandle
        let decoder: PacketDecoder

        init(handle: consuming LiveHandle, decoder: PacketDecoder) {
            self.handle = handle
            self.decoder = decoder
        }
    }

    /// - Throws: what `LiveHandle` throws, or `unknownLinkType`.
    init(
        interface: NetworkInterface, identifier: UInt16, topology: Topology, configuration: AgentConfiguration,
        ringBytes: Int
    ) throws(CaptureError) {
        var options = LiveHandle.Options()
        options.snapLength = configuration.snapLength
        options.ringBytes = Int32(clamping: ringBytes)
        var rings: [Ring] = []
        for direction in [FlowDirection.ingress, .egress] {
            let handle = try LiveHandle(interface: interface.name, direction: direction, options: options)
            guard let linkType = LinkType(number: handle.linkType) else {
                throw CaptureError(
                    .unknownLinkType, place: interface.name,
                    "its link type \(handle.linkTypeName) is not read; leave it out with --exclude \(interface.name)")
            }
            rings.append(Ring(handle: handle, decoder: PacketDecoder(linkType: linkType, configuration: configuration.decoding)))
        }
        self.rings = rings
        self.interface = interface
        self.identifier = identifier
        vni = topology.vni(of: interface)
        isWorkload = topology.isWorkload(interface)
    }

    /// Packets dropped by the kernel for want of room, both directions. Never falls, also when the kernel cannot be asked
    /// any more.
    var dropped: UInt64 {
        lastDropped = max(lastDropped, rings.reduce(0) { $0 + ($1.handle.dropped ?? 0) })
        return lastDropped
    }
    private var lastDropped: UInt64 = 0

    func count(_ frames: Int) { captured &+= UInt64(frames) }

    var report: AgentReport.Interface {
        AgentReport.Interface(
            index: UInt32(identifier) + 1, name: interface.name, kind: interface.kind.name, vni: vni ?? .max,
            captured: captured, dropped: dropped)
    }
}
