"""Compares captures of a lab with its truth: every interface that saw a transfer must have seen exactly what the
senders' counters say. tshark decodes, this file only adds up.

usage: compare_captures.py on|off TRUTH.json HOST.INTERFACE.pcapng…    (the offloads; off: no packet is larger than the MTU)
"""

import collections
import json
import subprocess
import sys

FIELDS = (
    "frame.interface_name ip.src ip.dst ip.len ipv6.src ipv6.dst ipv6.plen tcp.srcport tcp.dstport udp.srcport udp.dstport"
    " icmp.type icmp.ident icmpv6.type icmpv6.echo.identifier vxlan.vni ip.proto ipv6.nxt"
).split()
MTU = 1450
# What host each interface of a workload hangs on.
HOST = {"a": "h1", "b": "h2"}


def packets(path):
    command = ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=l", "-E", "separator=/t"]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        yield dict(zip(FIELDS, line.split("\t")))


def key_and_octets(packet):
    """The innermost flow of a packet, one way, and its IP octets; None for what carries no IP."""
    if packet["ipv6.src"]:
        ends, octets, protocol = (packet["ipv6.src"], packet["ipv6.dst"]), int(packet["ipv6.plen"]) + 40, packet["ipv6.nxt"]
    elif packet["ip.src"]:
        ends, octets, protocol = (packet["ip.src"], packet["ip.dst"]), int(packet["ip.len"]), packet["ip.proto"]
    else:
        return None
    if protocol == "6":
        return ("tcp", *ends, packet["tcp.srcport"], packet["tcp.dstport"]), octets
    if protocol == "17":
        return ("udp", *ends, packet["udp.srcport"], packet["udp.dstport"]), octets
    kind, identifier = packet["icmp.type"] or packet["icmpv6.type"], packet["icmp.ident"] or packet["icmpv6.echo.identifier"]
    return ("icmp", *ends, kind, str(int(identifier, 0)) if identifier else ""), octets


def expected(transfer):
    """The two one-way keys of a transfer with their (packets, octets)."""
    src, dst = transfer["src"], transfer["dst"]
    if transfer["icmp_id"] is not None:
        request, reply = ("8", "0") if transfer["proto"] == "icmp" else ("128", "129")
        identifier = str(transfer["icmp_id"])
        there, back = ("icmp", src, dst, request, identifier), ("icmp", dst, src, reply, identifier)
    else:
        ports = (str(transfer["src_port"]), str(transfer["dst_port"]))
        there, back = (transfer["proto"], src, dst, *ports), (transfer["proto"], dst, src, *reversed(ports))
    yield there, (transfer["fwd_packets"], transfer["fwd_bytes"])
    yield back, (transfer["rev_packets"], transfer["rev_bytes"])


def interfaces_on_the_way(transfer):
    """(host, interface) of every place that a transfer passes."""
    ends = (transfer["client"], transfer["server"])
    hosts = {HOST[end[0]] for end in ends}
    places = {(HOST[end[0]], f"veth-{end}") for end in ends} | {(host, "br0") for host in hosts}
    if len(hosts) == 2:
        places |= {(host, name) for host in hosts for name in ("vxlan0", "underlay0")}
    return places


def main():
    with open(sys.argv[2], encoding="utf-8") as file:
        transfers = [transfer for transfer in json.load(file) if transfer["kind"] != "scan"]
    seen = collections.defaultdict(lambda: [0, 0])
    largest = 0
    for path in sys.argv[3:]:
        host = path.rsplit("/", 1)[-1].split(".")[0]
        for packet in packets(path):
            found = key_and_octets(packet)
            if found:
                entry = seen[host, packet["frame.interface_name"], found[0]]
                entry[0] += 1
                entry[1] += found[1]
                largest = max(largest, found[1])
    compared = wrong = 0
    for transfer in transfers:
        for key, truth in expected(transfer):
            for host, interface in sorted(interfaces_on_the_way(transfer)):
                compared += 1
                got = tuple(seen[host, interface, key])
                if got != truth:
                    wrong += 1
                    if wrong <= 20:
                        print(f"{transfer['id']} {key} on {host} {interface}: packets, bytes {got}, sent {truth}")
    print(f"{len(transfers)} transfers, {compared} comparisons, {wrong} wrong; largest packet {largest} octets")
    if (largest > MTU) != (sys.argv[1] == "on"):
        sys.exit(f"offloads are {sys.argv[1]}, but the largest packet has {largest} octets")
    sys.exit(1 if wrong or not compared else 0)


if __name__ == "__main__":
    main()
