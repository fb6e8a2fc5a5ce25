import FlowModel

extension FilterExpression {
    /// The fields that are tested.
    var fields: Set<Field> {
        switch self {
        case .all: []
        case .test(let field, _): [field]
        case .not(let inner): inner.fields
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.fields) }
        }
    }

    /// The stored fields whose columns the filter reads.
    var columns: Set<Field> {
        switch self {
        case .all: []
        case .test(let field, .isPresent) where field == .src || field == .dst || field == .counted: []
        case .test(let field, _): field.columns
        case .not(let inner): inner.columns
        case .and(let parts), .or(let parts): parts.reduce(into: []) { $0.formUnion($1.columns) }
        }
    }

    /// Networks of which each matching row has one in `src` or `dst`; nil when the filter does not ask for any.
    var requiredAddresses: [IPPrefix]? {
        switch self {
        case .test(.src, .addresses(let set)), .test(.dst, .addresses(let set)):
            return set.prefixes
        case .all, .test, .not:
            return nil
        case .and(let parts):
            return parts.compactMap(\.requiredAddresses).min { $0.count < $1.count }
        case .or(let parts):
            var all: [IPPrefix] = []
            for part in parts {
                guard let required = part.requiredAddresses else { return nil }
                all += required
            }
            return AddressSet(all).prefixes
        }
    }
}
