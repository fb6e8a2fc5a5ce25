import FlowModel

/// A tenant's address as a dictionary wants it: three words, compared and hashed here, where the dictionaries are, and not
/// through another module (measured: that is most of a look-up's cost).
struct AddressKey: Hashable, Sendable {
    private var high: UInt64
    private var low: UInt64
    /// The tenant's number, its kind above it, and the address family above that.
    private var tenant: UInt64

    init(_ tenant: Tenant, _ address: IPAddress) {
        high = address.high
        low = address.low
        self.tenant = UInt64(tenant.number) | UInt64(tenant.kind.rawValue) << 32 | (address.isIPv6 ? 1 << 40 : 0)
    }

    /// The same address without a tenant.
    var withoutTenant: AddressKey {
        var key = self
        key.tenant &= 1 << 40
        return key
    }
}
