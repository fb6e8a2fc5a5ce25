/// The link types that are read, by their number in capture files (LINKTYPE_ and, where they differ, DLT_ values).
package enum LinkType: Sendable, Equatable {
    case ethernet
    /// Linux cooked captures, versions 1 and 2.
    case linuxCooked
    case linuxCooked2
    /// Frames that begin with the IP header.
    case rawIP
    /// BSD loopback: four octets of address family, in the byte order of the capturing host or of the network.
    case loopback

    /// - Returns: nil for a link type that is not read; the capture handle knows its name.
    package init?(number: Int32) {
        switch number {
        case 1: self = .ethernet
        case 113: self = .linuxCooked
        case 276: self = .linuxCooked2
        case 12, 14, 101, 228, 229: self = .rawIP
        case 0, 108: self = .loopback
        default: return nil
        }
    }
}
