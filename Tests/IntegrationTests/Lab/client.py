"""The clients of one workload; runs inside the workload's namespace."""

import argparse
import json
import random
import socket
import sys
import time

import transfers


def reach(arguments):
    """Waits until every address takes a connection; the end of the time is a failure."""
    deadline = time.monotonic() + arguments.seconds
    for address in arguments.targets:
        while True:
            try:
                transfers.connect(address, arguments.port, timeout=1).close()
                break
            except OSError as error:
                if time.monotonic() > deadline:
                    sys.exit(f"{address} port {arguments.port}: {error}")
                time.sleep(0.05)


def run(_arguments):
    """Makes the transfers that stand on standard input, in order, and prints what each moved."""
    results = []
    for item in json.load(sys.stdin):
        start = time.time()
        result = {"id": item["id"]}
        try:
            if item["kind"] == "hop":
                command = f"hop {item['onward']} {item['onward_port']} {item['size']}"
                moved = transfers.shell(item["address"], item["port"], command, item["size"])
            else:
                moved = transfers.KINDS[item["kind"]](item["address"], item["port"], item["size"], item["count"])
            result["payload_sent"], result["payload_received"] = moved
        except (OSError, ValueError) as error:
            result["error"] = f"{type(error).__name__}: {error}"
        result["start"], result["end"] = start, time.time()
        results.append(result)
    json.dump(results, sys.stdout)


def scan(arguments):
    """Tries every port of every address once, each with a short timeout."""
    result = {"attempts": 0, "refused": 0, "answered": 0, "silent": 0, "first": time.time(), "last_rst": None}
    for address in arguments.targets:
        for port in range(arguments.first_port, arguments.last_port + 1):
            result["attempts"] += 1
            try:
                transfers.connect(address, port, timeout=1).close()
                result["answered"] += 1
            except ConnectionRefusedError:
                result["refused"] += 1
                result["last_rst"] = time.time()
            except (socket.timeout, OSError):
                result["silent"] += 1
    json.dump(result, sys.stdout)


def gentle(arguments):
    """Endless small transfers with pauses, for an eye to watch."""
    chance = random.Random(arguments.seed)
    kinds = ["get"] * 8 + ["put"] * 3 + ["dns"] * 6 + ["echo"] * 2 + ["ping", "ssh"]
    while True:
        kind = chance.choice(kinds)
        address = chance.choice(arguments.targets)
        size = int(2 ** chance.uniform(8, 21)) if kind in ("get", "put") else chance.randint(100, 1000)
        try:
            transfers.KINDS[kind](address, 0, size, chance.randint(1, 4))
        except OSError as error:
            print(f"{kind} {address}: {error}", file=sys.stderr)
        time.sleep(chance.expovariate(1 / arguments.pause))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("reach", help=reach.__doc__)
    verb.add_argument("--port", type=int, required=True)
    verb.add_argument("--seconds", type=float, required=True)
    verb.add_argument("targets", nargs="+")
    verb.set_defaults(action=reach)
    verb = verbs.add_parser("run", help=run.__doc__)
    verb.set_defaults(action=run)
    verb = verbs.add_parser("scan", help=scan.__doc__)
    verb.add_argument("--first-port", type=int, required=True)
    verb.add_argument("--last-port", type=int, required=True)
    verb.add_argument("targets", nargs="+")
    verb.set_defaults(action=scan)
    verb = verbs.add_parser("gentle", help=gentle.__doc__)
    verb.add_argument("--seed", type=int, required=True)
    verb.add_argument("--pause", type=float, default=0.5, help="mean seconds between transfers")
    verb.add_argument("targets", nargs="+")
    verb.set_defaults(action=gentle)
    arguments = parser.parse_args()
    arguments.action(arguments)


if __name__ == "__main__":
    main()
