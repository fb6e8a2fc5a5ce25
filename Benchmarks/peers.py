"""The stores that `./queries` compares: how each gets the flows, how large it is, and how it answers the six queries.

Answers are rows of texts in the form of `store-benchmark query`, so that they can be held against each other. Every peer that is
not there says why (`missing`). Zonal and nfdump are here, databases in tables.py.
"""
import csv, glob, io, json, os, re, resource, shutil, signal, subprocess, sys, time
from lib import ROOT, ZONAL, drop_pages, eventually, free_port, json_lines, place, size_of, udp_socket

BENCHMARK = os.environ.get("STORE_BENCHMARK", os.path.join(ROOT, ".build/release/store-benchmark"))
NFDUMP = os.environ.get("NFDUMP", "")
NEEDLE = "10.77.77.77"
QUERIES = ["q1", "q2", "q3", "q4", "q5", "q6"]
ROOM = "/proc/sys/net/core/rmem_max"
DETECTION_OFF = {f"ZONAL_DETECTION_{rule}_ENABLED": "false" for rule in ("HORIZONTAL_SCAN", "VERTICAL_SCAN", "AGENT_SILENCE")}


class Store:
    """One store with its data in a folder that is made once: `.done` says that it is whole."""

    def __init__(self, setting):
        self.setting = setting
        self.folder = os.path.join(setting.data, self.key)

    def missing(self):
        return ""

    def make(self):
        done = os.path.join(self.folder, ".done")
        if os.path.exists(done):
            return json.load(open(done))
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        start = time.monotonic()
        told = self.fill() or {}
        told["seconds"] = round(time.monotonic() - start, 1)
        with open(done + ".part", "w") as file:
            json.dump(told, file)
        os.rename(done + ".part", done)
        return told

    def send(self, port):
        return json_lines([BENCHMARK, "send", str(self.setting.flows), "127.0.0.1", str(port), "0", "--patient", "1"],
                          self.setting.sender_cpus)[0]

    def receive(self, command, log, environment=None, is_ready=lambda: True):
        """Lets a collector take the flows from the network, all of them."""
        port = free_port()
        limit = open(ROOM).read()
        if int(limit) < 64 << 20 and os.access(ROOM, os.W_OK):  # nfcapd asks for its buffer in the ordinary way
            open(ROOM, "w").write(str(64 << 20))
        with open(log, "w") as file:
            process = subprocess.Popen(command(port), stdin=subprocess.DEVNULL, stdout=file, stderr=file, env=os.environ | (environment or {}))
        try:
            eventually(f"{self.name} listens", lambda: process.poll() is not None or udp_socket(port))
            eventually(f"{self.name} is ready", lambda: process.poll() is not None or is_ready())
            if process.poll() is not None:
                sys.exit(f"{self.name} has ended; see {log}")
            sent = self.send(port)
            eventually(f"{self.name} has read its socket", lambda: udp_socket(port)[4].endswith(":00000000"), 120)
            time.sleep(1)
            drops = int(udp_socket(port)[12])
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(600)
            if open(ROOM).read() != limit:
                open(ROOM, "w").write(limit)
        if drops or sent["refused"]:
            sys.exit(f"{self.name} lost datagrams ({drops} dropped, {sent['refused']} refused)")
        return sent


class Zonal(Store):
    key = name = "zonal"

    def missing(self):
        return "" if os.access(ZONAL, os.X_OK) else f"no {ZONAL}: make build"

    def fill(self):
        data, log = os.path.join(self.folder, "data"), os.path.join(self.folder, "log")
        self.receive(lambda port: [ZONAL, "collector", "--data", data, "--listen", "127.0.0.1:0", "--netflow", f"127.0.0.1:{port}"], log,
                     DETECTION_OFF | {"ZONAL_COLLECTOR_NETFLOW_BUFFER": "64MiB"}, lambda: re.search(r"http://[0-9.]+:[1-9]", open(log).read()))
        fresh = size_of(os.path.join(data, "flows"))
        subprocess.run([ZONAL, "store", "compact", "--data", data], check=True, stdout=subprocess.DEVNULL)
        return {"fresh": fresh}

    def sizes(self):
        """All of flows/, its tables, and the rollups beside it."""
        import sqlite3
        data = os.path.join(self.folder, "data")
        sizes = {"flows": size_of(os.path.join(data, "flows"))}
        for file in glob.glob(os.path.join(data, "flows", "*.sqlite")):
            with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as base:
                for table, octets in base.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name"):
                    sizes["table " + table] = sizes.get("table " + table, 0) + octets
        if os.path.isdir(os.path.join(data, "rollups")):
            sizes["rollups"] = size_of(os.path.join(data, "rollups"))
        return sizes

    def ask(self, query, threads):
        return json_lines([BENCHMARK, "query", os.path.join(self.folder, "data"), "--only", query, "--runs", str(self.setting.runs),
                           "--threads", str(threads), "--cold", "1"], self.setting.cpus[:threads])[0]


class Nfdump(Store):
    """nfcapd and nfdump. It adds both directions of a biflow in sums and tops (`both`), and only in aggregation not."""

    def missing(self):
        if self.option.endswith("zstd") and not NFDUMP:
            return "nfdump with zstd: set NFDUMP to the folder of an nfdump of 1.7.3 or later"
        return "" if shutil.which(self.tool("nfdump")) and shutil.which(self.tool("nfcapd")) else "no nfdump: apt-get install nfdump, or set NFDUMP"

    def tool(self, name):
        return os.path.join(NFDUMP, "bin", name) if NFDUMP else name

    def fill(self):
        os.makedirs(self.files)
        other = next((peer for peer in self.setting.stores if isinstance(peer, Nfdump) and peer is not self and
                      os.path.exists(os.path.join(peer.folder, ".done"))), None)
        if other and NFDUMP:  # the same records, packed anew
            for file in sorted(os.listdir(other.files)):
                subprocess.run([self.tool("nfdump"), "-r", os.path.join(other.files, file), "-w", os.path.join(self.files, file), self.option],
                               check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            return {"packed_anew": True}
        self.receive(lambda port: [self.tool("nfcapd"), "-w", self.files, "-p", str(port), "-b", "127.0.0.1", "-B", str(64 << 20), "-t", "3600",
                                   self.option if NFDUMP else "-y"], os.path.join(self.folder, "log"))
        return {}

    @property
    def files(self):
        return os.path.join(self.folder, "files")

    def sizes(self):
        return {"all": size_of(self.files)}

    def ask(self, query, threads):
        options = {
            "q1": ["-o", "null", "any"], "q2": ["-s", "srcip/bytes", "-n", "10", "-o", "csv"], "q3": ["-o", "null", f"ip {NEEDLE}"],
            "q4": ["-o", "null", "proto tcp and dst port 445 and dst net 10.1.0.0/16"],
            "q6": ["-A", "srcip,dstip,dstport", "-O", "bytes", "-n", "20", "-o", "csv"]}.get(query)
        if not options:
            return None
        drop_pages(self.files)
        times, cpu, told = [], [], ""
        for _ in range(self.setting.runs + 1):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            told = subprocess.run([self.tool("nfdump"), "-R", self.files, "-N", *options], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True, check=True, preexec_fn=place(self.setting.cpus[:threads])).stdout
            times.append(time.perf_counter() - start)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        return {"query": query, "first": times[0], "warm": times[1:], "cpu": sorted(cpu[1:])[len(cpu[1:]) // 2], "rows": self.rows(query, told)}

    def rows(self, query, told):
        if query in ("q1", "q3", "q4"):
            found = re.search(r"total flows: (\d+), total bytes: (\d+), total packets: (\d+)", told)
            return [list(found.groups()[:3 if query == "q1" else 2])]
        lines = [line for line in told.splitlines() if line.count(",") > 5 and not line.startswith("Summary")]
        rows = list(csv.DictReader(io.StringIO("\n".join(lines[:1] + [line for line in lines[1:] if line[:2] in ("19", "20")]))))
        if query == "q2":
            return [[row["val"].strip(), row["byt"]] for row in rows]
        return [[row["srcAddr"].strip(), row["dstAddr"].strip(), row["dstPort"].strip(), row["bytes"].strip()] for row in rows]


class NfdumpLZ4(Nfdump):
    key, name, option = "nfdump-lz4", "nfdump lz4", "-z=lz4"


class NfdumpZstd(Nfdump):
    key, name, option = "nfdump-zstd", "nfdump zstd", "-z=zstd"
