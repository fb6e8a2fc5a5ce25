#!/usr/bin/env python3
"""The stores that `./queries` compares: how each gets the flows, how large it is, and how it answers the six queries.

Answers are rows of texts in the form of `store-benchmark query`, so that they can be held against each other. Every peer that is
not there says why (`missing`). DuckDB and ClickHouse (chDB, ClickHouse in a library) are asked in a process of their own:
`peers.py ask NAME PATH QUERY RUNS THREADS IS_COLD`, by the Python that PEERS names, which has the packages duckdb and chdb.
"""
import csv, glob, io, ipaddress, json, os, re, resource, shutil, signal, socket, subprocess, sys, time
from lib import HERE, ROOT, ZONAL, need

BENCHMARK = os.environ.get("STORE_BENCHMARK", os.path.join(ROOT, ".build/release/store-benchmark"))
NFDUMP = os.environ.get("NFDUMP", "")
PYTHON = os.environ.get("PEERS", sys.executable)
NEEDLE = "10.77.77.77"
QUERIES = ["q1", "q2", "q3", "q4", "q5", "q6"]
ROOM = "/proc/sys/net/core/rmem_max"
PART = 10_000_000  # flows of a part of the text that tables are filled from
DETECTION_OFF = {f"ZONAL_DETECTION_{rule}_ENABLED": "false" for rule in ("HORIZONTAL_SCAN", "VERTICAL_SCAN", "AGENT_SILENCE")}


def place(cpus):
    """Binds the process that is about to start to these cores."""
    return (lambda: os.sched_setaffinity(0, cpus)) if cpus else None


def drop_pages(path):
    """Lets the kernel forget what it has read of a file or of all files below a folder."""
    os.sync()
    for file in [path] if os.path.isfile(path) else glob.glob(os.path.join(path, "**"), recursive=True):
        if os.path.isfile(file):
            descriptor = os.open(file, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def size_of(path):
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, file)) for folder, _, files in os.walk(path) for file in files)


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def udp_socket(port):
    """The kernel's line of a socket: cells 4 (queues) and 12 (drops)."""
    for line in open("/proc/net/udp"):
        cells = line.split()
        if cells[1].endswith(f":{port:04X}"):
            return cells
    return None


def eventually(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            sys.exit(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return value


def json_lines(command, cpus=None, **kwargs):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=place(cpus), **kwargs)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}: {done.stderr[-500:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


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


COLUMNS = [("start_ms", "BIGINT", "Int64"), ("end_ms", "BIGINT", "Int64"), ("exporter", "UINTEGER", "UInt32"), ("vni", "UINTEGER", "UInt32"),
           ("vlan", "USMALLINT", "UInt16"), ("proto", "UTINYINT", "UInt8"), ("src", "VARCHAR", "IPv6"), ("dst", "VARCHAR", "IPv6"),
           ("sport", "USMALLINT", "UInt16"), ("dport", "USMALLINT", "UInt16"), ("packets", "UBIGINT", "UInt64"), ("bytes", "UBIGINT", "UInt64"),
           ("rpackets", "UBIGINT", "UInt64"), ("rbytes", "UBIGINT", "UInt64"), ("flags", "UTINYINT", "UInt8"), ("rflags", "UTINYINT", "UInt8"),
           ("in_if", "UINTEGER", "UInt32"), ("out_if", "UINTEGER", "UInt32"), ("reason", "UTINYINT", "UInt8")]


class Table(Store):
    """A database that is filled from text, part by part so that little of it lies about, and asked in SQL."""

    module, in_process = "", False

    def missing(self):
        if not self.module:
            return ""
        done = subprocess.run([PYTHON, "-c", f"import {self.module}"], capture_output=True, text=True)
        return "" if done.returncode == 0 else f"{PYTHON} has no {self.module}: pip install {self.module}, or set PEERS to a Python that has it"

    def fill(self):
        for first in range(0, self.setting.flows, PART):
            text = os.path.join(self.folder, "part.csv")
            with open(text, "w") as file:
                subprocess.run([BENCHMARK, "csv", str(self.setting.flows), "--first", str(first), "--rows", str(PART)], stdout=file, check=True)
            self.helper("load", text)
            os.remove(text)
        return self.helper("finish")

    def helper(self, what, *arguments, cpus=None):
        lines = json_lines([PYTHON, os.path.join(HERE, "peers.py"), what, self.key, self.path, *map(str, arguments)], cpus)
        return lines[0] if lines else {}

    @property
    def path(self):
        return os.path.join(self.folder, "base")

    def sizes(self):
        told = json.load(open(os.path.join(self.folder, ".done")))
        return {"all": told.get("bytes") or size_of(self.path)}

    def ask(self, query, threads):
        return self.helper("ask", query, self.setting.runs, threads, 1, cpus=self.setting.cpus[:threads])

    # In the helper's process.

    table, minute = "flow", "end_ms // 60000"
    needle = f"src = '{NEEDLE}' OR dst = '{NEEDLE}'"
    net = "starts_with(dst, '10.1.')"

    def sql(self, query):
        return {
            "q1": f"SELECT count(*), sum(bytes), sum(packets) FROM {self.table}",
            "q2": f"SELECT src, sum(bytes) b FROM {self.table} GROUP BY src ORDER BY b DESC LIMIT 10",
            "q3": f"SELECT count(*), sum(bytes) FROM {self.table} WHERE {self.needle}",
            "q3rows": f"SELECT * FROM {self.table} WHERE {self.needle}",
            "q4": f"SELECT count(*), sum(bytes) FROM {self.table} WHERE proto = 6 AND dport = 445 AND {self.net}",
            "q5": f"SELECT {self.minute} m, proto, sum(bytes) FROM {self.table} GROUP BY m, proto",
            "q6": f"SELECT src, dst, dport, sum(bytes) b FROM {self.table} GROUP BY src, dst, dport ORDER BY b DESC LIMIT 20"}[query]


class DuckDB(Table):
    key, name, module = "duckdb", "DuckDB", "duckdb"

    def open(self, threads, is_reading=True):
        import duckdb
        self.base = duckdb.connect(self.path, read_only=is_reading)
        self.base.execute(f"SET threads = {threads}")

    def load(self, text):
        types = ", ".join(f"'{name}': '{kind}'" for name, kind, _ in COLUMNS)
        source = f"SELECT * FROM read_csv('{text}', header = true, columns = {{{types}}})"
        there = self.base.execute("SELECT count(*) FROM information_schema.tables WHERE table_name = 'flow'").fetchone()[0]
        self.base.execute(f"INSERT INTO flow {source}" if there else f"CREATE TABLE flow AS {source}")

    def finish(self):
        self.base.execute("CHECKPOINT")
        self.base.close()
        return {"bytes": size_of(self.path)}

    def rows(self, sql):
        return [[str(value) for value in row] for row in self.base.execute(sql).fetchall()]


class ClickHouse(Table):
    key, name, module = "clickhouse", "ClickHouse", "chdb"
    table, minute = "d.flow", "intDiv(end_ms, 60000)"
    needle = f"src = toIPv6('{NEEDLE}') OR dst = toIPv6('{NEEDLE}')"
    net = "dst BETWEEN toIPv6('::ffff:10.1.0.0') AND toIPv6('::ffff:10.1.255.255')"

    def open(self, threads, is_reading=True):
        from chdb import session
        self.threads, self.base = threads, session.Session(self.path)

    def load(self, text):
        columns = ", ".join(f"{name} {kind}" for name, _, kind in COLUMNS)
        self.base.query("CREATE DATABASE IF NOT EXISTS d")
        self.base.query(f"CREATE TABLE IF NOT EXISTS d.flow({columns}) ENGINE = MergeTree ORDER BY (intDiv(end_ms, 60000), src, dst)")
        self.base.query(f"INSERT INTO d.flow SELECT * FROM file('{text}', 'CSVWithNames', '{columns}') SETTINGS max_threads = 1, max_insert_threads = 1")

    def finish(self):
        self.base.query("OPTIMIZE TABLE d.flow FINAL")
        told = str(self.base.query("SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'flow'", "CSV")).strip()
        return {"bytes": int(told)}

    def rows(self, sql):
        return list(csv.reader(io.StringIO(str(self.base.query(f"{sql} SETTINGS max_threads = {self.threads}", "CSV")))))


class SQLiteRows(Table):
    key, name, module = "sqlite-rows", "SQLite rows", ""
    minute = "end_ms / 60000"
    net = "dst GLOB '10.1.*'"

    def open(self, threads, is_reading=True):
        import sqlite3
        self.base = sqlite3.connect(self.path)
        self.base.execute("PRAGMA cache_size = -262144")
        self.base.execute("PRAGMA temp_store = MEMORY")

    def load(self, text):
        names = ", ".join(f"{name} {'TEXT' if kind == 'VARCHAR' else 'INTEGER'} NOT NULL" for name, kind, _ in COLUMNS)
        self.base.execute("PRAGMA journal_mode = WAL")
        self.base.execute(f"CREATE TABLE IF NOT EXISTS flow ({names})")
        with open(text) as file, self.base:
            lines = csv.reader(file)
            next(lines)
            self.base.executemany(f"INSERT INTO flow VALUES ({', '.join('?' * len(COLUMNS))})", lines)

    def finish(self):
        self.base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return {"bytes": size_of(self.path)}

    def rows(self, sql):
        return [[str(value) for value in row] for row in self.base.execute(sql).fetchall()]


STORES = [Zonal, NfdumpLZ4, NfdumpZstd, DuckDB, ClickHouse, SQLiteRows]


def plain(rows):
    """Rows so that equal answers are equal texts: addresses in one spelling, ICMP's type for a port away, in one order."""
    def text(value):
        try:
            address = ipaddress.ip_address(value)
            return str(getattr(address, "ipv4_mapped", None) or address)
        except ValueError:
            return "0" if value in ("2048", "8.0") else value
    return sorted([text(value) for value in row] for row in rows)


def help_ask(store, query, runs, threads, is_cold):
    import statistics
    if is_cold:
        drop_pages(store.path)
    store.open(threads)
    sql, times, cpu, rows = store.sql(query), [], [], []
    for _ in range(runs + 1):
        used, start = time.process_time(), time.perf_counter()
        rows = store.rows(sql)
        times.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return {"query": query, "first": times[0], "warm": times[1:], "cpu": statistics.median(cpu[1:]), "rows": rows,
            "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main():
    what, key, path, *rest = sys.argv[1:]
    store = next(kind for kind in STORES if kind.key == key).__new__(next(kind for kind in STORES if kind.key == key))
    store.folder = os.path.dirname(path)
    if what == "ask":
        print(json.dumps(help_ask(store, rest[0], int(rest[1]), int(rest[2]), int(rest[3]))))
        return
    store.open(1, is_reading=False)
    if what == "load":
        store.load(rest[0])
        if isinstance(store, DuckDB):
            store.base.close()
    else:
        print(json.dumps(store.finish()))


if __name__ == "__main__":
    main()
