/// Why a shipper could not be made, or a batch could not be packed.
package enum ShippingError: Error, Hashable, Sendable {
    case collectorURL(String)
    case agentName(String)
    case compression(String)
}

extension ShippingError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .collectorURL(let text):
            "the collector's address «\(text)» must be a URL with http:// or https:// and a host, as http://127.0.0.1:8080"
        case .agentName(let text):
            "the agent's name «\(text)» must have 1 to 253 printable ASCII characters without spaces"
        case .compression(let cause):
            "a batch could not be packed: \(cause)"
        }
    }
}
