/// What the structures of sFlow Version 5 hold (sflow_version_5.txt and the structures that sflow.org lists), by their number: a
/// word with the enterprise in its upper 20 bits.
struct SFlowLayout {
    enum Kind {
        case word, longWord, float
        /// Bits.
        case flags
        case ipv4, ipv6, mac
        /// A kind of address, then the address.
        case address
        case string
        case opaque
        /// So many octets, always.
        case octets(Int)
        /// A number of words, and the words.
        case words
        /// Autonomous systems on the way: segments, each a kind and a number of words.
        case path
    }

    var name: String
    var fields: [(name: String, kind: Kind)]

    private init(_ name: String, _ fields: [(String, Kind)]) {
        self.name = name
        self.fields = fields
    }

    private init(_ name: String, words: String) {
        self.init(name, words.split(separator: " ").map { (String($0), .word) })
    }

    static let samples: [UInt32: String] = [
        1: "flow_sample", 2: "counters_sample", 3: "flow_sample_expanded", 4: "counters_sample_expanded", 5: "discarded_packet",
    ]

    /// Structures of flow samples and of notices of dropped packets.
    static let flowData: [UInt32: SFlowLayout] = [
        // The packet's first octets are read by themselves.
        1: SFlowLayout(
            "sampled_header", [("header_protocol", .word), ("frame_length", .word), ("stripped", .word), ("header", .opaque)]),
        2: SFlowLayout(
            "sampled_ethernet", [("length", .word), ("src_mac", .mac), ("dst_mac", .mac), ("type", .word)]),
        3: SFlowLayout(
            "sampled_ipv4",
            [
                ("length", .word), ("protocol", .word), ("src_ip", .ipv4), ("dst_ip", .ipv4), ("src_port", .word),
                ("dst_port", .word), ("tcp_flags", .flags), ("tos", .word),
            ]),
        4: SFlowLayout(
            "sampled_ipv6",
            [
                ("length", .word), ("protocol", .word), ("src_ip", .ipv6), ("dst_ip", .ipv6), ("src_port", .word),
                ("dst_port", .word), ("tcp_flags", .flags), ("priority", .word),
            ]),
        1001: SFlowLayout("extended_switch", words: "src_vlan src_priority dst_vlan dst_priority"),
        1002: SFlowLayout(
            "extended_router", [("nexthop", .address), ("src_mask_len", .word), ("dst_mask_len", .word)]),
        1003: SFlowLayout(
            "extended_gateway",
            [
                ("nexthop", .address), ("as", .word), ("src_as", .word), ("src_peer_as", .word), ("dst_as_path", .path),
                ("communities", .words), ("localpref", .word),
            ]),
        1004: SFlowLayout(
            "extended_user", [("src_charset", .word), ("src_user", .string), ("dst_charset", .word), ("dst_user", .string)]),
        1005: SFlowLayout("extended_url", [("direction", .word), ("url", .string), ("host", .string)]),
        1006: SFlowLayout("extended_mpls", [("nexthop", .address), ("in_stack", .words), ("out_stack", .words)]),
        1007: SFlowLayout("extended_nat", [("src_address", .address), ("dst_address", .address)]),
        1008: SFlowLayout("extended_mpls_tunnel", [("tunnel_lsp_name", .string), ("tunnel_id", .word), ("tunnel_cos", .word)]),
        1012: SFlowLayout("extended_vlantunnel", [("stack", .words)]),
        1036: SFlowLayout("extended_egress_queue", words: "queue"),
        1037: SFlowLayout("extended_acl", [("number", .word), ("name", .string), ("direction", .word)]),
        1038: SFlowLayout("extended_function", [("symbol", .string)]),
        1039: SFlowLayout("extended_transit", words: "delay"),
        1040: SFlowLayout("extended_queue", words: "depth"),
        1041: SFlowLayout("extended_hw_trap", [("group", .string), ("trap", .string)]),
        1042: SFlowLayout("extended_linux_drop_reason", [("reason", .string)]),
        2100: SFlowLayout(
            "extended_socket_ipv4",
            [("protocol", .word), ("local_ip", .ipv4), ("remote_ip", .ipv4), ("local_port", .word), ("remote_port", .word)]),
        2101: SFlowLayout(
            "extended_socket_ipv6",
            [("protocol", .word), ("local_ip", .ipv6), ("remote_ip", .ipv6), ("local_port", .word), ("remote_port", .word)]),
    ]

    /// Structures of counter samples.
    static let counterData: [UInt32: SFlowLayout] = [
        1: SFlowLayout(
            "if_counters",
            [
                ("ifIndex", .word), ("ifType", .word), ("ifSpeed", .longWord), ("ifDirection", .word), ("ifStatus", .flags),
                ("ifInOctets", .longWord), ("ifInUcastPkts", .word), ("ifInMulticastPkts", .word), ("ifInBroadcastPkts", .word),
                ("ifInDiscards", .word), ("ifInErrors", .word), ("ifInUnknownProtos", .word), ("ifOutOctets", .longWord),
                ("ifOutUcastPkts", .word), ("ifOutMulticastPkts", .word), ("ifOutBroadcastPkts", .word),
                ("ifOutDiscards", .word), ("ifOutErrors", .word), ("ifPromiscuousMode", .word),
            ]),
        2: SFlowLayout(
            "ethernet_counters",
            words: """
                dot3StatsAlignmentErrors dot3StatsFCSErrors dot3StatsSingleCollisionFrames dot3StatsMultipleCollisionFrames \
                dot3StatsSQETestErrors dot3StatsDeferredTransmissions dot3StatsLateCollisions dot3StatsExcessiveCollisions \
                dot3StatsInternalMacTransmitErrors dot3StatsCarrierSenseErrors dot3StatsFrameTooLongs \
                dot3StatsInternalMacReceiveErrors dot3StatsSymbolErrors
                """),
        5: SFlowLayout(
            "vlan_counters",
            [
                ("vlan_id", .word), ("octets", .longWord), ("ucastPkts", .word), ("multicastPkts", .word),
                ("broadcastPkts", .word), ("discards", .word),
            ]),
        1001: SFlowLayout(
            "processor",
            [
                ("cpu_5s", .word), ("cpu_1m", .word), ("cpu_5m", .word), ("total_memory", .longWord), ("free_memory", .longWord),
            ]),
        1004: SFlowLayout("of_port", [("datapath_id", .longWord), ("port_no", .word)]),
        1005: SFlowLayout("port_name", [("name", .string)]),
        2000: SFlowLayout(
            "host_descr",
            [
                ("hostname", .string), ("uuid", .octets(16)), ("machine_type", .word), ("os_name", .word),
                ("os_release", .string),
            ]),
        2002: SFlowLayout("host_parent", words: "container_type container_index"),
        2003: SFlowLayout(
            "host_cpu",
            [("load_one", .float), ("load_five", .float), ("load_fifteen", .float)]
                + """
                proc_run proc_total cpu_num cpu_speed uptime cpu_user cpu_nice cpu_system cpu_idle cpu_wio cpu_intr cpu_sintr \
                interrupts contexts
                """.split(separator: " ").map { (String($0), .word) }),
        2004: SFlowLayout(
            "host_memory",
            "mem_total mem_free mem_shared mem_buffers mem_cached swap_total swap_free".split(separator: " ").map {
                (String($0), .longWord)
            } + "page_in page_out swap_in swap_out".split(separator: " ").map { (String($0), .word) }),
        2005: SFlowLayout(
            "host_disk_io",
            [
                ("disk_total", .longWord), ("disk_free", .longWord), ("part_max_used", .word), ("reads", .word),
                ("bytes_read", .longWord), ("read_time", .word), ("writes", .word), ("bytes_written", .longWord),
                ("write_time", .word),
            ]),
        2006: SFlowLayout(
            "host_net_io",
            [
                ("bytes_in", .longWord), ("packets_in", .word), ("errs_in", .word), ("drops_in", .word),
                ("bytes_out", .longWord), ("packets_out", .word), ("errs_out", .word), ("drops_out", .word),
            ]),
    ]
}
