/// What the values of each sequence of exports are held against, and how many there are: the table of all files beneath
/// captures/exporters, by the sequences of truth-exporters.csv, which name them.
///
/// tshark 4.0 is the truth of NetFlow and IPFIX, tshark and telegraf that of sFlow. Other tests hold the same files against
/// NetGauze's, logstash's, telegraf's and pmacct's records; they are named where tshark says less.
enum ExporterTruth {
    /// Fields of templates, records, and values of records. Where there are none, tshark finds no template either.
    static let tshark: [String: TsharkComparison] = [
        "softflowd/netflow-5-valid-01": .init(templateFields: 0, records: 2, values: 36),
        "malformed/netflow-5-invalid-01": .init(templateFields: 0, records: 30, values: 540),
        "softflowd/netflow-9-valid-01": .init(templateFields: 28, records: 7, values: 98),
        "mac-address-fields/netflow-9-macaddress": .init(templateFields: 17, records: 30, values: 206),
        "cisco-aci/netflow-9-cisco-aci": .init(templateFields: 37, records: 3, values: 42),
        "cisco-asa/netflow-9-cisco-asa": .init(templateFields: 234, records: 14, values: 308),
        "multiple-exporters/netflow-9-multiple-netflow-exporters": .init(templateFields: 67, records: 9, values: 119),
        // A scope of NetFlow v9 that is an interface (2) has the name of the element for it in ours.
        "malformed/netflow-9-invalid-01": .init(
            templateFields: 29, records: 3, values: 29,
            others: ["Element(number: 10, enterprise: 0, length: 4) Element(number: 2, enterprise: 0, length: 4)": 1]),
        "nprobe/netflow-9-options-template-with-scope-fields": .init(templateFields: 39, records: 1, values: 3),
        "softflowd/ipfix": .init(templateFields: 37, records: 7, values: 101),
        "cisco-asa/netflow-9-cisco-asa-2": .init(templateFields: 608, records: 19, values: 384),
        "openbsd-pflow/ipfix-openbsd-pflow": .init(templateFields: 24, records: 26, values: 312),
        "mikrotik/netflow5-mikrotik": .init(templateFields: 0, records: 30, values: 540),
        "ipt-netflow/netflow-9-ipt-netflow-reduced-size-encoding": .init(templateFields: 20, records: 12, values: 240),
        "unknown-exporter/netflow-9-ie150-ie151": .init(templateFields: 38, records: 2, values: 30),
        "fortigate/netflow-9-fortigate-fortios-54x-appid": .init(templateFields: 243, records: 17, values: 325),
        "ixia/ipfix-from-ixia-something-something": .init(templateFields: 78, records: 1, values: 37),
        "juniper-mx240/ipfix-options-template-from-juniper-mx240-junos-15-1-r6-s3": .init(
            templateFields: 11, records: 1, values: 11),
        "barracuda/ipfix-barracuda-extended-uniflow-template-256": .init(templateFields: 28, records: 2, values: 56),
        "nprobe/netflow-9-nprobe-dpi-l7": .init(templateFields: 13, records: 1, values: 13),
        "fortigate/netflow-9-fortigate-fortios-5-2-1": .init(templateFields: 58, records: 2, values: 21),
        "mikrotik/ipfix-mikrotik-routeros-6-39-2": .init(templateFields: 30, records: 46, values: 700),
        // Two times by the registry of another collector: tshark has them as numbers, of the same octets.
        "netscaler/ipfix-netscaler-with-variable-length-fields": .init(
            templateFields: 223, records: 3, values: 105,
            others: ["httpResForwFB is not cflow.pie.netscaler.http-res-forw-fb": 2, "httpResForwLB is not cflow.pie.netscaler.http-res-forw-lb": 2]),
        "vmware-vds/ipfix-vmware-virtual-distributed-switch": .init(templateFields: 276, records: 5, values: 105),
        "zero-length-fields/netflow-9-template-with-0-length-fields": .init(templateFields: 42, records: 10, values: 180),
        "cisco-asr9k/netflow-9-cisco-asr-9000-series-options-template-256": .init(templateFields: 3, records: 19, values: 57),
        "huawei/netflow-9-huawei-netstream": .init(templateFields: 25, records: 1, values: 25),
        "layer2-segment-id/netflow-9-field-layer2segmentid": .init(templateFields: 17, records: 1, values: 17),
        "cisco-asr9k/netflow-9-cisco-asr-9000-series-template-260": .init(templateFields: 23, records: 21, values: 483),
        "cisco-nbar/netflow-9-cisco-nbar-options-template-260": .init(templateFields: 4, records: 15, values: 60),
        "cisco-nbar/netflow-9-cisco-nbar-flowset-262": .init(templateFields: 26, records: 5, values: 130),
        "cisco-1941/netflow-9-cisco-1941-k9-release-15-1": .init(templateFields: 15, records: 29, values: 435),
        "cisco-asr1001x/netflow-9-cisco-asr1001-x": .init(templateFields: 15, records: 25, values: 375),
        "barracuda/ipfix-barracuda-firewall": .init(templateFields: 16, records: 8, values: 128),
        "yaf/ipfix-yaf-basic-with-applabel": .init(templateFields: 186, records: 3, values: 62),
        "netscaler/ipfix-netscaler-with-variable-length-fields-missing-templates": .init(templateFields: 0, records: 0, values: 0),
        "cisco-nfv9/all": .init(templateFields: 29, records: 8, values: 116),
        "cisco-nfv9/data+templates.pcap": .init(templateFields: 24, records: 11, values: 212),
        "sampling/samplingrate": .init(templateFields: 24, records: 6, values: 144),
        "datalink-frame-section/datalink": .init(templateFields: 5, records: 1, values: 5),
        "icmp/icmp": .init(templateFields: 60, records: 4, values: 60),
        "srv6/ipfix-srv6": .init(templateFields: 5, records: 1, values: 5),
        "ipfixprobe/ipfixprobe": .init(templateFields: 36, records: 4, values: 72),
        "mpls/mpls.pcap": .init(templateFields: 55, records: 3, values: 105),
        "nat/nat.pcap": .init(templateFields: 31, records: 9, values: 108),
        "netflow-v5/nfv5.pcap": .init(templateFields: 0, records: 29, values: 522),
        "pmacct-100-IPFIXv10-CISCO/all": .init(templateFields: 66, records: 12, values: 396),
        "pmacct-101-NFv9-CISCO-cust_primitives/all": .init(templateFields: 32, records: 51, values: 1632),
        "pmacct-102-NFv9-CISCO-f2rd-pretag-sampling-reload/all": .init(templateFields: 108, records: 35, values: 861),
        "pmacct-104-IPFIXv10-IPv6-CISCO-sampling_option/all": .init(templateFields: 140, records: 4, values: 91),
        "pmacct-111-IPFIXv10-NFv9-IPv6-IPv4-mix_sources/all": .init(templateFields: 193, records: 24, values: 716),
        // tshark says that nine records have no template, though it has shown it: pmacct's sums of their keys cover them.
        "pmacct-112-IPFIXv10-CISCO-options-map-reassignment/all": .init(
            templateFields: 71, records: 85, values: 364,
            others: ["1 records, tshark has 0": 1, "8 records, tshark has 0": 1]),
        "pmacct-500-IPFIXv10-BGP-CISCO-SRv6/all": .init(templateFields: 202, records: 53, values: 1270),
        "pmacct-401-IPFIXv10-BMP-IPv6-CISCO-MPLS-multiple-sources/all": .init(templateFields: 21828, records: 2166, values: 49674),
        "telegraf-ipfix_example/all": .init(templateFields: 282, records: 31, values: 591),
        "telegraf-ipfix_options/all": .init(templateFields: 3, records: 126, values: 378),
        // The set is two octets longer than its message, and tshark leaves its last record out: telegraf's metrics cover it.
        "telegraf-issue_14370/all": .init(
            templateFields: 30, records: 2, values: 13,
            others: ["2 records, tshark has 1": 1]),
        "telegraf-netflow_v5_example/all": .init(templateFields: 0, records: 8, values: 144),
        "telegraf-netflow_v9_example/all": .init(templateFields: 15, records: 8, values: 120),
        "libnetflow9/1.pcap": .init(templateFields: 78, records: 4, values: 42),
        "malformed/malformed_1.pcap": .init(templateFields: 0, records: 0, values: 0),
        "malformed/malformed_2.pcap": .init(templateFields: 32, records: 12, values: 12),
        "malformed/malformed_3.pcap": .init(templateFields: 3, records: 0, values: 0),
        "malformed/malformed_4.pcap": .init(templateFields: 39, records: 1, values: 3),
        "malformed/3d5bb81dbbdad857a70b80dad9e7c35dc3e3f295": .init(templateFields: 0, records: 0, values: 0),
        "malformed/60cd5c2798d5288c6e6dfe1f93eacdb093b2a6fd": .init(templateFields: 0, records: 0, values: 0),
        "malformed/66bdd3dd108599159cb2548b5718514afbd4ebb0": .init(templateFields: 0, records: 0, values: 0),
        "malformed/7f20f80ab9ea8163161802b7bbfe61c742cd86c1": .init(templateFields: 0, records: 0, values: 0),
        "malformed/9ca73e30f42100f50921121745a4066c96e1fd26": .init(templateFields: 0, records: 0, values: 0),
        "malformed/a38264829a14c662b331ae87027edbc98b66471a": .init(templateFields: 0, records: 0, values: 0),
        "malformed/b17bb9bcffb9e7bcab3154b485b8bd6e33859a69": .init(templateFields: 0, records: 0, values: 0),
        "malformed/pcap_malformed_4": .init(templateFields: 39, records: 1, values: 3),
        "scapy/ipfix.pcap": .init(templateFields: 26, records: 1, values: 23),
        "ndpi/netflowv9.pcap": .init(templateFields: 0, records: 0, values: 0),
        "sflow/sflow_multiple_counter_30_pdus.pcap": .init(templateFields: 0, records: 7, values: 126),
        "ipfix-file/example_flows.ipfix": .init(templateFields: 120, records: 3979, values: 65648),
    ]

    /// Values of messages, samples and records of sFlow.
    static let sFlow: [String: (tshark: Int, telegraf: Int)] = [
        "sflow/data-1140.pcap": (114, 0),
        "sflow/data-discard-interface.pcap": (22, 0),
        "sflow/data-icmpv4.pcap": (22, 0),
        "sflow/data-multiple-interfaces.pcap": (22, 0),
        "sflow/data-sflow-expanded-sample.pcap": (34, 0),
        "sflow/data-sflow-ipv4-data.pcap": (33, 0),
        "sflow/data-sflow-raw-ipv4.pcap": (31, 0),
        // tshark does not know names of ports (1005), nor reads what is behind them.
        "telegraf-sflow_v5_example/all": (0, 23),
        "telegraf-sflow_issue_18876/all": (41, 35),
        // Nor notices of dropped packets, but the datagram's header.
        "telegraf-sflow_issue_15375/all": (5, 9),
        "sflow/sflow.pcap": (242, 0),
        "sflow/sflow_expanded.pcap": (34, 0),
        "sflow/sflow_multiple_counter_30_pdus.pcap": (5235, 0),
    ]

    /// Sequences without any value, with the reason.
    static let countsOnly = ["malformed/320355ced694aa69924f6bb82e7b74f420303fd9": "one octet, which is no message"]
}
