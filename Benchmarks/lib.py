"""What the benchmarks share: the generator, a timed process, medians; processes on cores, sockets, files."""
import glob, json, os, resource, shutil, socket, statistics, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(HERE)
DATA = os.environ.get("D", os.path.join(ROOT, "bench-data"))
ZONAL = os.environ.get("ZONAL", os.path.join(ROOT, ".build/release/zonal"))


def need(program, package):
    if not shutil.which(program) and not os.access(program, os.X_OK):
        sys.exit(f"{program} is missing: {package}")


def generator():
    os.makedirs(DATA, exist_ok=True)
    source = os.environ.get("GEN", os.path.join(os.path.dirname(ROOT), "shared/bench/gen_traffic.c"))
    if not os.path.exists(source):
        sys.exit(f"no traffic generator at {source}: set GEN to gen_traffic.c")
    program = os.path.join(DATA, "gen_traffic")
    if not os.path.exists(program) or os.path.getmtime(program) < os.path.getmtime(source):
        need("cc", "apt-get install gcc libc6-dev")
        subprocess.run(["cc", "-O2", "-o", program, source, "-lm"], check=True)
    return program


def traffic(profile, seed, options=()):
    """A capture file and its truth; made once."""
    name = "-".join([profile, str(seed)] + [o.strip("-") for o in options])
    capture, truth = os.path.join(DATA, name + ".pcap"), os.path.join(DATA, name + ".csv")
    if not (os.path.exists(truth) and os.path.exists(capture)):
        subprocess.run(
            [generator(), "--profile", profile, "--seed", str(seed), "--out", capture + ".part", "--truth", truth + ".part",
             "--summary", os.path.join(DATA, name + ".json"), *options], check=True)
        os.rename(capture + ".part", capture)
        os.rename(truth + ".part", truth)
    return capture, truth


def timed(command, **kwargs):
    """CPU seconds, wall seconds and peak MiB of one process with its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, **kwargs)
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode(errors='replace')[-500:]}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, after.ru_maxrss / 1024


def spread(values, digits=2):
    return f"{statistics.median(values):.{digits}f} ({min(values):.{digits}f}..{max(values):.{digits}f})"


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
