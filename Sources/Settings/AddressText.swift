import Glibc

/// Tells addresses in numbers from other text, by the system's own reader.
enum AddressText {
    enum Family { case v4, v6 }

    static func family(_ text: String) -> Family? {
        // Room for the larger of the two; inet_pton writes 4 or 16 octets.
        var storage = (UInt64(0), UInt64(0))
        if unsafe inet_pton(AF_INET, text, &storage) == 1 { return .v4 }
        return unsafe inet_pton(AF_INET6, text, &storage) == 1 ? .v6 : nil
    }
}
