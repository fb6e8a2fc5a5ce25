package import FlowModel

/// A filter as a tree: what the parser makes of the text. Words for either side are already spelled out
/// (`port 80` is `src_port 80 or dst_port 80`), `!=` is `not` of `=`.
package indirect enum FilterExpression: Sendable, Hashable {
    /// Matches every row.
    case all
    case test(Field, FieldTest)
    case not(FilterExpression)
    /// Two or more.
    case and([FilterExpression])
    /// Two or more.
    case or([FilterExpression])
}

/// What is asked of one field. An absent value passes no test.
package enum FieldTest: Sendable, Hashable {
    case addresses(AddressSet)
    /// The field's code (see `FieldCode`) lies in the set.
    case numbers(NumberSet)
    case reals(RealTest)
    /// All these TCP flags are set, others may be.
    case flagsSet(TCPFlags)
    /// The text fits one of the patterns.
    case texts([TextPattern])
    case isTrue
    case isFalse
    case isPresent
}

/// How rates, which are no whole numbers, are compared.
package enum RealTest: Sendable, Hashable {
    case less(Double)
    case atMost(Double)
    case greater(Double)
    case atLeast(Double)
    case oneOf([Double])

    package func contains(_ value: Double) -> Bool {
        switch self {
        case .less(let bound): value < bound
        case .atMost(let bound): value <= bound
        case .greater(let bound): value > bound
        case .atLeast(let bound): value >= bound
        case .oneOf(let values): values.contains(value)
        }
    }
}
