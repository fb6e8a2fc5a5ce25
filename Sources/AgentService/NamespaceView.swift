import Capture

/// The interfaces of one network namespace as they are followed. Lives on the capture thread.
final class NamespaceView {
    /// nil is the agent's own; another is pinned: one that is made anew under the name is not this one.
    let namespace: NetworkNamespace?
    private var monitor: LinkMonitor
    private(set) var list: InterfaceList
    private(set) var topology: Topology
    private(set) var isStale: Bool
    /// Looks that failed since the last that did not, and when the next may be.
    private(set) var failures = 0
    private(set) var nextLook: Int64 = 0

    /// The longest that is waited after looks that fail, in milliseconds.
    private static var longestWait: Int64 { 10_000 }

    /// - Throws: `netlink`, and for another namespace `namespace` and `permission`.
    init(_ namespace: NetworkNamespace?) throws(CaptureError) {
        // The monitor first: what changes while the list is made is news.
        monitor = try LinkMonitor(in: namespace)
        list = try InterfaceList(inNamespace: namespace)
        topology = Topology(list)
        isStale = !list.isWhole
        self.namespace = namespace
    }

    /// Becomes readable when there is news.
    var descriptor: Int32 { monitor.descriptor }

    func takeNews() {
        if monitor.takeNews() { isStale = true }
    }

    /// What is known is doubtful: to be looked at again.
    func doubt() { isStale = true }

    /// Asks the kernel anew. What was known stays when it does not answer.
    ///
    /// - Parameter now: steady, milliseconds.
    func look(at now: Int64) throws(CaptureError) {
        do throws(CaptureError) {
            list = try InterfaceList(inNamespace: namespace)
        } catch {
            isStale = true
            failures += 1
            nextLook = now + min(Self.longestWait, 100 << Int64(min(failures, 10)))
            throw error
        }
        topology = Topology(list)
        failures = 0
        // A list that changed while it was made may lack what was there all the time.
        isStale = !list.isWhole
    }

    /// The interface's name in records: with that of its namespace in front when it is not the agent's own.
    func name(_ interface: NetworkInterface) -> String {
        namespace.map { "\($0.name)/\(interface.name)" } ?? interface.name
    }
}
