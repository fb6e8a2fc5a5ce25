/// Ids of alerts: 12 lower-case hexadecimal digits of a hash of what is opened and when. The same opening has the same
/// id, and a second opening of the same scope another one.
enum AlertIdentifier {
    static func make(rule: String, scope: String, milliseconds: Int64, serial: UInt64) -> String {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in "\(rule)|\(scope)|\(milliseconds)|\(serial)".utf8 { hash = (hash ^ UInt64(octet)) &* 0x100_0000_01B3 }
        // FNV-1a leaves its upper bits weak for short texts: mix once (the finalizer of MurmurHash3).
        hash = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ (hash >> 33)) &* 0xC4CE_B9FE_1A85_EC53
        hash ^= hash >> 33
        let digits = String(hash >> 16, radix: 16)
        return String(repeating: "0", count: 12 - digits.count) + digits
    }
}
