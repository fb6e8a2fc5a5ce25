package import Capture
package import Metering
package import PacketDecoding

/// What an agent captures, how it meters, and who it is.
package struct AgentConfiguration: Sendable {
    /// Unique among the agents of a collector; printable ASCII without blanks.
    package var name: String
    /// Random per start.
    package var epoch: UInt64
    package var selection = InterfaceSelection()
    /// Network namespaces that are captured besides the agent's own: names and patterns of `ip netns`, and `pid:N`.
    package var namespaces: [String] = []
    /// Which frames the kernel keeps (pcap-filter(7)); all when empty.
    package var filter = ""
    /// Threads that meter: 1 is the capturing one; more are beside it.
    package var threads = 1
    package var cache = FlowCacheConfiguration()
    package var decoding = PacketDecoder.Configuration()
    package var snapLength: Int32 = 256
    /// Memory of all capture rings together, in bytes.
    package var ringBudget: Int = 256 * 1024 * 1024
    /// How often records that are ready go out.
    package var flushMilliseconds: Int64 = 1000
    /// How long the agent may be silent: an empty batch is sent then (design section 5).
    package var heartbeatMilliseconds: Int64 = 20_000
    /// How often namespaces are looked for, of which nobody tells, and interfaces that could not be opened are tried again.
    /// Changes of interfaces are told by the kernel.
    package var rescanMilliseconds: Int64 = 1000

    package init(name: String, epoch: UInt64 = .random(in: 1 ... .max)) {
        self.name = name
        self.epoch = epoch
    }
}
