import NIOCore

/// Which of a name's addresses is taken: the one of the last time, and after one that did not do the next.
struct AddressChoice: Sendable {
    private var last: SocketAddress?
    private var isPassedOver = false
    /// The name has more addresses than the one that was taken.
    private(set) var hasOthers = false

    /// - Parameter addresses: in any order, since name servers change it.
    /// - Throws: when there is none.
    mutating func take(from addresses: [SocketAddress]) throws(LinkFault) -> SocketAddress {
        hasOthers = addresses.count > 1
        var place = 0
        if let last, let known = addresses.firstIndex(of: last) { place = isPassedOver ? (known + 1) % addresses.count : known }
        isPassedOver = false
        guard place < addresses.count else { throw LinkFault(.name, "the name of the collector has no address") }
        last = addresses[place]
        return addresses[place]
    }

    /// The one taken did not do.
    mutating func failed() { isPassedOver = true }
}
