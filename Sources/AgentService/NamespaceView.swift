import Capture

/// The interfaces of one network namespace as they are followed. Lives on the capture thread.
final class NamespaceView {
    /// nil is the agent's own.
    let namespace: NetworkNamespace?
    private var monitor: LinkMonitor
    private(set) var list: InterfaceList
    private(set) var isStale = false

    /// - Throws: `netlink`, and for another namespace `namespace` and `permission`.
    init(_ namespace: NetworkNamespace?) throws(CaptureError) {
        // The monitor first: what changes while the list is made is news.
        monitor = try LinkMonitor(in: namespace)
        list = try InterfaceList(inNamespace: namespace)
        self.namespace = namespace
    }

    /// Becomes readable when there is news.
    var descriptor: Int32 { monitor.descriptor }

    func takeNews() {
        if monitor.takeNews() { isStale = true }
    }

    /// Asks the kernel anew.
    func look() throws(CaptureError) {
        list = try InterfaceList(inNamespace: namespace)
        isStale = false
    }
}
