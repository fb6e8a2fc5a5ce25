import Testing

/// Everything that runs in the lab, one test after the other: the packets of one would be load for the next.
@Suite("the lab", .serialized)
enum LabTests {}
