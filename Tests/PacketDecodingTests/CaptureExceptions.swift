/// Captures in which the decoder and tshark differ, and why: the files, below `packets`, of each reason.
///
/// A file that stands here and agrees all the same fails the test.
enum CaptureExceptions {
    static let filesByReason: [String: [String]] = [
        "802.1BR tags are not looked through": [
            "l2/suricata-decode-etag-01.pcap"
        ],
        "802.1ah (MAC in MAC) is not looked through": [
            "malformed/zeek-pbb-recursive-frames.pcapng",
            "overlay/zeek-pbb.pcap",
        ],
        "AYIYA is an outer flow": [
            "malformed/zeek-ayiya-large-identity.pcap",
            "overlay/zeek-ayiya3.pcap",
        ],
        "Arista's time stamps (D28B) are not looked through": [
            "l2/tcpdump-arista_ether.pcap"
        ],
        "CAPWAP is an outer flow": [
            "overlay/ndpi-capwap.pcap"
        ],
        "ESP in UDP is a UDP flow": [
            "malformed/tcpdump-esp_truncated.pcap",
            "overlay/tcpdump-espudp1.pcap",
        ],
        "Ethernet in IPv6 (143) is an outer flow": [
            "ipv6/tcpdump-ipv6-srh-ipproto-ether.pcap"
        ],
        "FabricPath is not looked through": [
            "l2/zeek-cisco-fabric-path.pcap"
        ],
        "GRE with Cisco metadata (8909) is an outer flow": [
            "overlay/tcpdump-various_gre.pcap"
        ],
        "GTP is an outer flow": [
            "overlay/arkime-gtp-u.pcap",
            "overlay/zeek-gtp1_gn_normal_incl_fragmentation.pcap",
            "overlay/zeek-gtp6_gtp_0x32.pcap",
            "overlay/zeek-gtp7_ipv6.pcap",
            "overlay/zeek-gtp8_teredo.pcap",
            "overlay/zeek-gtp9_unknown_or_too_short_payload.pcap",
            "overlay/zeek-gtp_ext_header.pcap",
        ],
        "MACsec is not looked through": [
            "malformed/tcpdump-macsec-short-longer.pcap",
            "malformed/tcpdump-macsec-short-shorter.pcap",
            "overlay/tcpdump-macsec-integonly.pcap",
            "overlay/tcpdump-macsec-short-valid.pcap",
        ],
        "MPLS on a UDP port of its own: read when that port is configured": [
            "overlay/skydive-contrail-udp-mpls-eth-and-ipv4.pcap"
        ],
        "Teredo is an outer flow": [
            "overlay/zeek-Teredo.pcap",
            "overlay/zeek-teredo_bubble_with_payload.pcap",
        ],
        "VN-Tag is not looked through": [
            "l2/zeek-vntag.pcap"
        ],
        "a first fragment without data: counted as truncated-tcp": [
            "fragments/suricata-ipv6-evasion-ipv6-malformed-fragments-25.pcap"
        ],
        "a packet cut inside its UDP header is counted as truncated-udp": [
            "ipv6/zeek-ipv6-mobility-dst-opts.pcap"
        ],
        "a payload length of 0 counts what is on the wire": [
            "malformed/tcpdump-ipv6_frag6_negative_len.pcap",
            "malformed/tcpdump-quic_32_bit_pointer_overflow.pcap",
        ],
        "a service header in Ethernet is not looked through": [
            "overlay/suricata-decode-nsh-type1.pcap",
            "overlay/tcpdump-nsh.pcap",
        ],
        "an IPv4 packet under the IPv6 link type: its own first octet tells the version": [
            "malformed/tcpdump-LINKTYPE_IPV6_invalid.pcap"
        ],
        "an IPv6 EtherType with another version in the header: counted as bad-ip-version": [
            "malformed/tcpdump-kday3.pcap"
        ],
        "changed at random: a length on the wire of 3.6 GB": [
            "malformed/pcapplusplus-fuzz-cf-5755755617189888.bin"
        ],
        "changed at random: lengths and versions that tshark lets pass are counted by reason": [
            "malformed/ndpi-fuzz-2006-06-26-2594.pcap",
            "malformed/ndpi-fuzz-2020-02-16-11740.pcap",
        ],
        "cut before the ICMP header: counted as truncated-icmp": [
            "malformed/tcpdump-icmp-rfc8335-missing-bytes.pcap"
        ],
        "cut inside the TCP header: counted as truncated-tcp": [
            "malformed/tcpdump-tcp_header_heapoverflow.pcap"
        ],
        "extension headers past the frame's end: counted as truncated-ipv6": [
            "malformed/tcpdump-hoobr_rt6_print.pcap",
            "malformed/tcpdump-ip6_frag_asan.pcap",
            "malformed/tcpdump-ipv6-next-header-oobr-2.pcap",
            "malformed/tcpdump-ipv6-rthdr-oobr.pcap",
            "malformed/tcpdump-ipv6hdr-heapoverflow.pcap",
            "malformed/zeek-ip6-ext-trunc.pcap",
        ],
        "libpcap reads no interfaces of several kinds or snapshot lengths in one file": [
            "format/pcapng-suite-be-advanced-test100.pcapng",
            "format/pcapng-suite-be-difficult-test202.pcapng",
            "format/pcapng-suite-le-advanced-test100.pcapng",
            "format/pcapng-suite-le-advanced-test102.pcapng",
            "format/pcapng-suite-le-basic-test006.pcapng",
            "format/pcapng-suite-le-basic-test014.pcapng",
            "format/pcapng-suite-le-difficult-test200.pcapng",
            "format/pcapng-suite-le-difficult-test202.pcapng",
            "format/pcapplusplus-many_interfaces-1.pcapng",
            "format/pcapplusplus-pcapng-example.pcapng",
        ],
        "link type 149 is not read": [
            "malformed/tcpdump-pktap-heap-overflow.pcap"
        ],
        "link type 160 is not read": [
            "malformed/tcpdump-unsupported-link-type-160.pcap"
        ],
        "link type 2105376 is not read": [
            "malformed/pcapplusplus-fuzz-cf-5685520970809344.bin"
        ],
        "link type 3145728 is not read": [
            "malformed/libpcap-linktype-reserved-field-not-zero.pcap"
        ],
        "link type ARCNET_LINUX is not read": [
            "malformed/tcpdump-heapoverflow-atalk_2.pcap",
            "malformed/tcpdump-heapoverflow-atalk_print.pcap",
        ],
        "link type BLUETOOTH_BREDR_BB is not read": [
            "malformed/pcapplusplus-fuzz-cf-5165927376355328.bin",
            "malformed/pcapplusplus-fuzz-cf-5669109772845056.bin",
            "malformed/pcapplusplus-fuzz-cf-5723611632762880.bin",
        ],
        "link type BLUETOOTH_LE_LL_WITH_PHDR is not read": [
            "malformed/pcapplusplus-fuzz-cf-FuzzTarget-5781142119907328.bin"
        ],
        "link type C_HDLC is not read": [
            "l2/suricata-decode-chdlc-01.pcap",
            "l2/tcpdump-HDLC.pcap",
            "malformed/tcpdump-esis_opt_prot-oobr.pcap",
            "malformed/tcpdump-hoobr_chdlc_print.pcap",
        ],
        "link type DSA_TAG_BRCM is not read": [
            "l2/tcpdump-brcm-tag.pcap"
        ],
        "link type DSA_TAG_DSA is not read": [
            "l2/tcpdump-dsa.pcap"
        ],
        "link type DSA_TAG_EDSA is not read": [
            "l2/tcpdump-edsa.pcap"
        ],
        "link type FDDI is not read": [
            "l2/zeek-llc.pcap"
        ],
        "link type FRELAY is not read": [
            "l2/arkime-icmp-frame-relay.pcap",
            "malformed/tcpdump-calm-fast-mac-lookup-heapoverflow.pcap",
            "malformed/tcpdump-esis_snpa_asan-2.pcap",
            "malformed/tcpdump-esis_snpa_asan-3.pcap",
            "malformed/tcpdump-esis_snpa_asan-4.pcap",
            "malformed/tcpdump-esis_snpa_asan-5.pcap",
            "malformed/tcpdump-esis_snpa_asan.pcap",
            "malformed/tcpdump-icmp-icmp_print-oobr-2.pcap",
            "malformed/tcpdump-isis_stlv_asan-3.pcap",
            "malformed/tcpdump-isis_stlv_asan-4.pcap",
            "malformed/tcpdump-isis_sysid_asan.pcap",
            "malformed/tcpdump-q933-heapoverflow-2.pcap",
        ],
        "link type IEEE802_11 is not read": [
            "l2/zeek-wlanmon.pcap",
            "malformed/tcpdump-ieee802.11_parse_elements_oobr.pcap",
            "malformed/tcpdump-ieee802.11_tim_ie_oobr.pcap",
        ],
        "link type IEEE802_11_RADIO is not read": [
            "l2/zeek-radiotap.pcap",
            "malformed/tcpdump-ieee802.11_meshhdr-oobr.pcap",
            "malformed/tcpdump-ieee802.11_rates_oobr.pcap",
        ],
        "link type IEEE802_15_4 is not read": [
            "malformed/tcpdump-802_15_4-oobr-1.pcap"
        ],
        "link type IPNET is not read": [
            "l2/tcpdump-e1000g.pcap"
        ],
        "link type IPOIB is not read": [
            "l2/tcpdump-ipoib.pcap"
        ],
        "link type JUNIPER_ATM1 is not read": [
            "malformed/tcpdump-hoobr_juniper.pcap",
            "malformed/tcpdump-hoobr_juniper2.pcap",
        ],
        "link type MFR is not read": [
            "malformed/tcpdump-frf16_magic_ie-oobr.pcap",
            "malformed/tcpdump-vtp_asan-3.pcap",
        ],
        "link type NETLINK is not read": [
            "format/pcapplusplus-microsecs_big_endian.pcap"
        ],
        "link type NFLOG is not read": [
            "l2/tcpdump-nflog.pcap",
            "l2/zeek-nflog-http.pcap",
            "malformed/zeek-nflog-bad-tlv-len.pcap",
        ],
        "link type PPP is not read": [
            "fragments/suricata-defrag-bug-6887-defrag-ppp-ipv4-tcp-syn.pcap",
            "icmp/tcpdump-icmp-rfc5837.pcap",
            "l2/ndpi-dlt_ppp.pcap",
            "malformed/tcpdump-icmp_inft_name_length_zero.pcap",
            "malformed/tcpdump-mlppp-oobr.pcap",
            "malformed/tcpdump-ppp-invalid-lengths.pcap",
            "malformed/tcpdump-truncated-aack.pcap",
            "overlay/tcpdump-mpls-traceroute.pcap",
        ],
        "link type PPP_SERIAL is not read": [
            "malformed/tcpdump-heapoverflow-ppp_hdlc_if_print.pcap",
            "malformed/tcpdump-ppp_error_hexdump.pcap",
        ],
        "link type SLIP is not read": [
            "malformed/tcpdump-cve2015-0261-ipv6.pcap",
            "malformed/tcpdump-heapoverflow-sl_if_print.pcap",
            "malformed/tcpdump-icmp6_nodeinfo_oobr.pcap",
            "malformed/tcpdump-slip-bad-direction.pcap",
            "malformed/tcpdump-slip-compressed_sl_print-oobr.pcap",
            "malformed/tcpdump-slip-sliplink_print-oobr.pcap",
        ],
        "link type SUNATM is not read": [
            "malformed/tcpdump-atm-heapoverflow.pcap",
            "malformed/tcpdump-atm-oam-heapoverflow.pcap",
            "malformed/tcpdump-atm-oam-loopback-print-overrun.pcap",
        ],
        "no capture file to libpcap": [
            "format/pcapng-suite-le-basic-test002.pcapng",
            "malformed/libpcap-pcap-invalid-version-2.pcap",
            "malformed/libpcap-pcapng-invalid-vers-1.pcapng",
            "malformed/pcapplusplus-fuzz-cf-6185045124251648.bin",
            "malformed/pcapplusplus-fuzz-crash-null-deref-pcapng-shb.bin",
        ],
        "over a hundred extension headers: counted as too-many-extension-headers": [
            "ipv6/libpcap-ipv6_ext_headers.pcap"
        ],
        "the file is damaged: libpcap and tshark stop in different places": [
            "malformed/ndpi-fuzz-2021-10-13.pcap",
            "malformed/pcapplusplus-fuzz-cf-5165538295939072.bin",
            "malformed/pcapplusplus-fuzz-cf-5204104585674752.bin",
            "malformed/pcapplusplus-fuzz-cf-5696447256461312.bin",
            "malformed/pcapplusplus-fuzz-cf-5717750942269440.bin",
            "malformed/pcapplusplus-fuzz-cf-5757531338309632.bin",
            "malformed/pcapplusplus-fuzz-cf-FuzzTarget-6207688043397120.bin",
            "malformed/pcapplusplus-fuzz-crash-81dba690a3f67ee41a41390a625db732fa1413a1.bin",
            "malformed/pcapplusplus-fuzz-crash-eec28dafde1f1ac2299674a75a914ae16d4046fa.bin",
            "malformed/pcapplusplus-fuzz-crash-invalid-asn-record-len.bin",
            "malformed/pcapplusplus-fuzz-crash-pcapng-epb-unbounded-length.bin",
            "malformed/pcapplusplus-fuzz-igmplayer.bin",
        ],
        "the truth has no ports of DCCP": [
            "icmp/tcpdump-dccp_partial_csum_v4_simple.pcap",
            "malformed/tcpdump-dccp_options-oobr.pcap",
            "malformed/tcpdump-dccp_partial_csum_v6_longer.pcap",
        ],
        "the truth takes a destination options header for the transport": [
            "overlay/tcpdump-erspan-type-iii-pb-1.pcap"
        ],
        "the truth takes a fragment header for the transport": [
            "fragments/zeek-ipv6-fragmented-dns.pcap"
        ],
        "the truth takes a routing header for the transport": [
            "ipv6/tcpdump-ipv6-srh-tlv-hmac.pcap"
        ],
        "the truth takes an IPv6 authentication header for the transport": [
            "ipv6/flowtest-ipv6-auth-header.pcap",
            "ipv6/pcapplusplus-ipv6_options.pcap",
            "malformed/tcpdump-ospf-signed-integer-ubsan.pcap",
        ],
        "transport headers cut short: counted as truncated-tcp and truncated-udp": [
            "malformed/suricata-decode-too-small.pcap"
        ],
        "tshark counts no payload of a jumbogram": [
            "ipv6/tcpdump-bigtcp-ipv6-hbh.pcap",
            "ipv6/tcpdump-ipv6_jumbogram_1.pcap",
            "malformed/tcpdump-ipv6-too-long-jumbo.pcap",
        ],
        "tshark does not find the Ethernet pseudowire": [
            "overlay/akvorado-mpls-eompls-cw.pcap"
        ],
        "tshark does not read an ICMP header of less than 8 octets": [
            "malformed/pcapplusplus-fuzz-cf-5196221831708672.bin",
            "malformed/tcpdump-icmp-icmp_print-oobr-1.pcap",
        ],
        "tshark gives up at a malformed IP option; the header's length is enough to go on": [
            "malformed/suricata-firewall-tcp-session-decode-malformed-ipv4.pcap"
        ],
        "tshark stops at a length of 0 (BIG TCP)": [
            "ipv6/tcpdump-bigtcp-ipv6.pcap",
            "overlay/tcpdump-bigtcp-ipv4-geneve-ipv4.pcap",
            "overlay/tcpdump-bigtcp-ipv4-vxlan-ipv4.pcap",
            "overlay/tcpdump-bigtcp-ipv4-vxlan-ipv6.pcap",
            "overlay/tcpdump-bigtcp-ipv6-geneve-ipv6.pcap",
            "overlay/tcpdump-bigtcp-ipv6-vxlan-ipv4.pcap",
        ],
    ]

    static let reasons: [String: String] = {
        var result: [String: String] = [:]
        for (reason, files) in filesByReason {
            for file in files { result["packets/" + file] = reason }
        }
        return result
    }()
}
