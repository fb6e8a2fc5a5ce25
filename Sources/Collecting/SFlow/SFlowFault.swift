/// Why something that an sFlow agent sent could not be read.
package enum SFlowFault: String, Error, Hashable, Sendable, CaseIterable, Codable {
    /// A version other than 5; the agent cannot be known then.
    case version
    /// A datagram that ends before its header does, or has an agent's address of a kind that there is not.
    case header
    /// Fewer samples than the header says.
    case sampleCount = "sample-count"
    /// Octets behind the last sample.
    case trailingOctets = "trailing-octets"
    /// A sample longer than the rest of its datagram: what is there is read.
    case sampleLength = "sample-length"
    /// A flow sample that ends before its own words do; it is no sample in any other count.
    case sampleTruncated = "sample-truncated"
    /// Fewer records than the sample says.
    case recordCount = "record-count"
    /// A record longer than the rest of its sample: what is there is read.
    case recordLength = "record-length"
    /// A record that ends before its own words do.
    case recordTruncated = "record-truncated"
}
