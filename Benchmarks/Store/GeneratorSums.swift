import FlowModel

/// What is known of a number of flows, found by the plainest means.
enum GeneratorSums {
    private struct Edge: Hashable {
        var source: IPAddress
        var destination: IPAddress
        var port: UInt16
    }

    static func print(_ flows: FlowGenerator) {
        var flows = flows
        var (bytes, packets): (UInt64, UInt64) = (0, 0)
        var edges: [Edge: UInt64] = [:]
        var sources: [IPAddress: UInt64] = [:]
        var (needles, netFlows) = (0, 0)
        while !flows.isAtEnd {
            let flow = flows.next()
            bytes += flow.bytes
            packets += flow.packets
            edges[Edge(source: flow.source, destination: flow.destination, port: flow.destinationPort), default: 0] += flow.bytes
            sources[flow.source, default: 0] += flow.bytes
            if flow.source == FlowGenerator.needle || flow.destination == FlowGenerator.needle { needles += 1 }
            let isInNet = !flow.destination.isIPv6 && flow.destination.low >> 16 == 0x0A01
            if flow.proto == 6, flow.destinationPort == 445, isInNet { netFlows += 1 }
        }
        let first = sources.max { $0.value < $1.value }
        printJSON([
            "flows": flows.total, "hours": flows.hours, "bytes": bytes, "packets": packets, "edges": edges.count,
            "largest_edge_bytes": edges.values.max() ?? 0, "needle": needles, "tcp_445_into_10_1": netFlows,
            "first_source": first?.key.description ?? "", "first_source_bytes": first?.value ?? 0,
        ])
    }
}
