"""Traffic with its truth: each transfer gets its counters first, in the namespaces of both senders, then it runs.

Called by `lab`, which knows the names. What was done is kept as one JSON object a line in STATE/transfers.jsonl;
what was sent stands in nftables counters and is read when the truth is asked for.
"""

import argparse
import collections
import csv
import json
import pathlib
import subprocess
import sys
import time

VNI = 5001
LAST = {"a1": 11, "a2": 12, "a3": 13, "b1": 21, "b2": 22, "b3": 23}
EXTRA_HOLDERS = ("a1", "a2", "a3")
SERVER_PORTS = {"get": 80, "put": 80, "dns": 53, "echo": 7, "ping": 0, "ssh": 22, "hop": 22}
# Below the kernel's own choice (32768 on), so that nobody else has them.
FIRST_PORT, PORTS_A_ROUND, LAST_PORT = 20000, 100, 32767
COLUMNS = (
    "id kind proto src src_port dst dst_port icmp_id vni client server payload_sent payload_received"
    " fwd_packets fwd_bytes rev_packets rev_bytes start end"
).split()


def address(name, family):
    return f"10.50.0.{LAST[name]}" if family == 4 else f"fd50::{LAST[name]}"


class Lab:
    def __init__(self, arguments):
        self.prefix, self.state = arguments.prefix, pathlib.Path(arguments.state)
        self.python = arguments.python
        self.log = self.state / "transfers.jsonl"

    def command(self, name, *words):
        return ["ip", "netns", "exec", self.prefix + name, *words]

    def client(self, name, *words):
        script = str(pathlib.Path(__file__).with_name("client.py"))
        return self.command(name, self.python, script, *words)

    def done(self):
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def add_counters(self, rules):
        """Takes (namespace, counter, match) and puts the counters on each namespace's way out.

        The output hook sees a packet with its IP header, after TCP has made a super-packet of it and before the
        neighbour's address is known: packets and octets are those of a capture on the veth, ARP and ND apart.
        """
        by_namespace = collections.defaultdict(list)
        for namespace, counter, match in rules:
            by_namespace[namespace].append((counter, match))
        for namespace, counters in by_namespace.items():
            lines = [
                "add table inet lab_truth",
                "add chain inet lab_truth out { type filter hook output priority 300; policy accept; }",
            ]
            for counter, match in counters:
                lines.append(f"add counter inet lab_truth {counter}")
                lines.append(f'add rule inet lab_truth out {match} counter name "{counter}"')
            subprocess.run(self.command(namespace, "nft", "-f", "-"), input="\n".join(lines) + "\n", text=True, check=True)

    def counters(self):
        """All counters, by (namespace, name)."""
        found = {}
        for name in LAST:
            listed = subprocess.run(
                self.command(name, "nft", "-j", "list", "counters"), capture_output=True, text=True, check=True)
            for item in json.loads(listed.stdout)["nftables"]:
                if "counter" in item:
                    counter = item["counter"]
                    found[name, counter["name"]] = (counter["packets"], counter["bytes"])
        return found

    def wait_until_closed(self, seconds=20):
        """Waits until no connection is left but in TIME-WAIT: both sides have then had the other's last packet."""
        deadline = time.monotonic() + seconds
        for name in LAST:
            command = self.command(name, "ss", "-Htan", "state", "connected", "exclude", "time-wait")
            while left := subprocess.run(command, capture_output=True, text=True, check=True).stdout:
                if time.monotonic() > deadline:
                    sys.exit(f"lab: connections of {name} do not close:\n{left}")
                time.sleep(0.02)


def matches(proto, family, src, dst, port, server_port):
    """The two senders' rules: what the client sends, what the server sends."""
    ip = "ip" if family == 4 else "ip6"
    there, back = f"{ip} saddr {src} {ip} daddr {dst}", f"{ip} saddr {dst} {ip} daddr {src}"
    if proto == "icmp" or proto == "ipv6-icmp":
        icmp = "icmp" if family == 4 else "icmpv6"
        return (f"{there} {icmp} type echo-request {icmp} id {port}", f"{back} {icmp} type echo-reply {icmp} id {port}")
    return (f"{there} {proto} sport {port} {proto} dport {server_port}", f"{back} {proto} sport {server_port} {proto} dport {port}")


def entry(transfer, client, server, port, kind=None):
    """What is known of a transfer before it runs."""
    kind, family = kind or transfer["kind"], int(transfer["family"])
    proto = "udp" if kind in ("dns", "echo") else "tcp"
    if kind == "ping":
        proto = "icmp" if family == 4 else "ipv6-icmp"
    return {
        "id": transfer["id"], "kind": kind, "proto": proto, "family": family, "client": client, "server": server,
        "src": address(client, family), "dst": address(server, family),
        "src_port": 0 if kind == "ping" else port, "dst_port": SERVER_PORTS[kind],
        "icmp_id": port if kind == "ping" else None, "vni": VNI,
    }


def run(lab, arguments):
    """One round of the transfers in FILE, the workloads side by side."""
    with open(arguments.file, encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    log = lab.done()
    number = 1 + max((item["round"] for item in log), default=0)
    port = FIRST_PORT + (number - 1) * PORTS_A_ROUND
    if port + PORTS_A_ROUND > LAST_PORT + 1:
        sys.exit("lab: no source ports left for a further round: run 'lab up' again")

    entries, plans, rules = {}, collections.defaultdict(list), []

    def add(item, port):
        name = f"t{len(log) + len(entries)}"
        there, back = matches(item["proto"], item["family"], item["src"], item["dst"], port, item["dst_port"])
        item["fwd"], item["rev"] = [[item["client"], name + "_fwd"]], [[item["server"], name + "_rev"]]
        rules.extend([(item["client"], name + "_fwd", there), (item["server"], name + "_rev", back)])
        item["round"] = number
        entries[item["id"]] = item

    for row in rows:
        row["id"] = f"{row['name']}/{number}"
        add(entry(row, row["client"], row["server"], port), port)
        item = entries[row["id"]]
        plan = {"id": row["id"], "kind": row["kind"], "address": item["dst"], "port": port,
                "size": int(row["size"]), "count": int(row["count"])}
        port += 1
        if row["kind"] == "hop":
            onward = entry(dict(row, id=f"{row['name']}-onward/{number}"), row["server"], row["onward"], port)
            add(onward, port)
            plan["onward"], plan["onward_port"] = onward["dst"], port
            port += 1
        plans[row["client"]].append(plan)
    lab.add_counters(rules)

    workers = {
        name: subprocess.Popen(lab.client(name, "run"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for name in plans
    }
    for name, worker in workers.items():
        worker.stdin.write(json.dumps(plans[name]))
        worker.stdin.close()
    failures = []
    for name, worker in workers.items():
        output = worker.stdout.read()
        if worker.wait() != 0:
            failures.append(f"the clients of {name} ended with status {worker.returncode}")
            continue
        for result in json.loads(output):
            if "error" in result:
                failures.append(f"{result['id']}: {result['error']}")
            entries[result["id"]].update(result)
            onward = entries.get(result["id"].replace("/", "-onward/"))
            if onward:
                onward.update({key: value for key, value in result.items() if key != "id"})
    lab.wait_until_closed()
    append(lab, entries.values())
    if failures:
        sys.exit("lab: " + "\nlab: ".join(failures))


def append(lab, entries):
    with open(lab.log, "a", encoding="utf-8") as file:
        for item in entries:
            file.write(json.dumps(item) + "\n")


def scan(lab, arguments):
    """Tries closed ports, with counters on both sides."""
    log, targets = lab.done(), arguments.targets.split(",")
    number = 1 + max((item["round"] for item in log), default=0)
    source, set_of_targets = address(arguments.client, 4), "{ " + ", ".join(targets) + " }"
    holders = [name for name in LAST if address(name, 4) in targets] or list(EXTRA_HOLDERS)
    name = f"t{len(log)}"
    rules = [(arguments.client, name + "_fwd", f"ip saddr {source} ip daddr {set_of_targets} tcp dport {arguments.ports}")]
    rules += [(holder, name + "_rev", f"ip saddr {set_of_targets} ip daddr {source} tcp sport {arguments.ports}") for holder in holders]
    lab.add_counters(rules)
    first, last = arguments.ports.split("-")
    done = subprocess.run(
        lab.client(arguments.client, "scan", "--first-port", first, "--last-port", last, *targets),
        capture_output=True, text=True, check=True)
    lab.wait_until_closed()
    result = json.loads(done.stdout)
    item = {
        "id": f"{arguments.id}/{number}", "kind": "scan", "proto": "tcp", "family": 4, "client": arguments.client,
        "server": ",".join(holders), "src": source, "src_port": None, "dst": ",".join(targets), "dst_port": arguments.ports,
        "icmp_id": None, "vni": VNI, "payload_sent": 0, "payload_received": 0, "round": number,
        "start": result["first"], "end": result["last_rst"],
        "fwd": [[arguments.client, name + "_fwd"]], "rev": [[holder, name + "_rev"] for holder in holders],
    }
    append(lab, [item])
    print(json.dumps({"id": item["id"], "src": source, "targets": targets, "ports": arguments.ports, **result}))
    if result["refused"] != result["attempts"]:
        sys.exit(f"lab: {result['attempts'] - result['refused']} of {result['attempts']} tries drew no RST")


def settle(lab, _arguments):
    """Waits until nothing of what went before is under way."""
    lab.wait_until_closed()


def truth(lab, arguments):
    """What every transfer sent, by the counters of its two senders."""
    lab.wait_until_closed()
    counters = lab.counters()
    rows = []
    for item in lab.done():
        for way in ("fwd", "rev"):
            found = [counters[namespace, name] for namespace, name in item[way]]
            item[way + "_packets"] = sum(packets for packets, _ in found)
            item[way + "_bytes"] = sum(octets for _, octets in found)
        rows.append({column: item.get(column) for column in COLUMNS})
    if arguments.format == "json":
        json.dump(rows, sys.stdout, indent=1)
        print()
    else:
        writer = csv.DictWriter(sys.stdout, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)
    for action in (run, scan, settle, truth):
        verb = verbs.add_parser(action.__name__, help=action.__doc__)
        verb.set_defaults(action=action)
        for name in ("prefix", "state", "python"):
            verb.add_argument("--" + name, required=True)
        if action is run:
            verb.add_argument("file")
        elif action is scan:
            for name in ("id", "client", "targets", "ports"):
                verb.add_argument("--" + name, required=True)
        elif action is truth:
            verb.add_argument("--format", choices=("csv", "json"), default="csv")
    arguments = parser.parse_args()
    arguments.action(Lab(arguments), arguments)


if __name__ == "__main__":
    main()
