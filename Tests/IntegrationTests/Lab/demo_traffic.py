"""Endless gentle traffic between all workloads, with pauses, until it is ended (SIGINT or SIGTERM)."""

import argparse
import pathlib
import signal
import subprocess
import sys

from traffic import LAST, address


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--prefix", required=True)
    parser.add_argument("--python", required=True)
    arguments = parser.parse_args()
    script = str(pathlib.Path(__file__).with_name("client.py"))

    # An ordinary end by SIGTERM runs the `finally` below.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    workers = []
    try:
        for seed, name in enumerate(LAST):
            targets = [address(other, family) for other in LAST if other != name for family in (4, 6)]
            workers.append(subprocess.Popen(
                ["ip", "netns", "exec", arguments.prefix + name, arguments.python, script, "gentle", "--seed", str(seed), *targets]))
        for worker in workers:
            worker.wait()
    except KeyboardInterrupt:
        pass
    finally:
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


if __name__ == "__main__":
    main()
