#!/usr/bin/env python3
"""The databases that `./queries` compares: DuckDB, ClickHouse (chDB, ClickHouse in a library) and rows in SQLite.

They are filled and asked in a process of their own, `tables.py ask NAME PATH QUERY RUNS THREADS IS_COLD`, by the Python that PEERS names,
which has the packages duckdb and chdb.
"""
import csv, io, ipaddress, json, os, resource, statistics, subprocess, sys, time
from lib import HERE, drop_pages, json_lines, size_of
from peers import BENCHMARK, NEEDLE, NfdumpLZ4, NfdumpZstd, Store, Zonal

PYTHON = os.environ.get("PEERS", sys.executable)
PART = 10_000_000  # flows of a part of the text that tables are filled from
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
        lines = json_lines([PYTHON, os.path.join(HERE, "tables.py"), what, self.key, self.path, *map(str, arguments)], cpus)
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
