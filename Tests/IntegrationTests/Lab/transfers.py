"""One transfer of each kind, seen from the client. Each takes (address, source port, size, count) and gives what it
moved as (octets sent, octets received), payload alone; a source port of 0 leaves the choice to the kernel."""

import os
import socket
import struct
import subprocess

TIMEOUT = 30


def family_of(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def any_address(family):
    return "::" if family == socket.AF_INET6 else "0.0.0.0"


def connect(address, port, source_port=0, timeout=TIMEOUT):
    """A TCP connection from a source port known beforehand, so that a counter can wait for it."""
    family = family_of(address)
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        if source_port:
            sock.bind((any_address(family), source_port))
        sock.connect((address, port))
    except BaseException:
        sock.close()
        raise
    return sock


def read_exactly(stream, count):
    parts = []
    while count > 0:
        part = stream.read(min(count, 65536))
        if not part:
            raise ConnectionError(f"the connection ended {count} octets early")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def read_line(stream):
    line = stream.readline(4096)
    if not line.endswith(b"\n"):
        raise ConnectionError("the connection ended within a line")
    return line


def read_response(stream):
    """The body of an HTTP response."""
    status = read_line(stream).split()
    if status[1] != b"200":
        raise ConnectionError(f"HTTP status {status[1].decode()}")
    length = 0
    while (line := read_line(stream)).strip():
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    return read_exactly(stream, length)


def http_head(method, path, address, length=None):
    host = f"[{address}]" if ":" in address else address
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def get(address, source_port, size, _count):
    with connect(address, 80, source_port) as sock, sock.makefile("rb") as stream:
        sock.sendall(http_head("GET", f"/octets/{size}", address))
        return 0, len(read_response(stream))


def put(address, source_port, size, _count):
    with connect(address, 80, source_port) as sock, sock.makefile("rb") as stream:
        sock.sendall(http_head("PUT", "/upload", address, size))
        sock.sendall(os.urandom(1024) * (size // 1024) + bytes(size % 1024))
        answer = read_response(stream)
        if int(answer) != size:
            raise ConnectionError(f"the server took {answer.decode()} of {size} octets")
        return size, len(answer)


def datagrams(address, port, source_port, payloads):
    """Sends one datagram after the other, each when the one before is answered."""
    family = family_of(address)
    sent = received = 0
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(TIMEOUT)
        if source_port:
            sock.bind((any_address(family), source_port))
        sock.connect((address, port))
        for payload in payloads:
            sent += sock.send(payload)
            received += len(sock.recv(65535))
    return sent, received


def dns(address, source_port, _size, count):
    name = b"".join(bytes([len(label)]) + label for label in (b"db7", b"example", b"com")) + b"\0"
    questions = [struct.pack("!6H", number, 0x0100, 1, 0, 0, 0) + name + struct.pack("!2H", 1, 1) for number in range(count)]
    return datagrams(address, 53, source_port, questions)


def echo(address, source_port, size, count):
    return datagrams(address, 7, source_port, [bytes(size)] * count)


def ping(address, source_port, size, count):
    """The system's own ping; the source port stands for the echo identifier (0: any)."""
    command = ["ping", "-q", "-n", "-c", str(count), "-i", "0.01", "-W", "5", "-s", str(size)]
    if source_port:
        command += ["-e", str(source_port)]
    done = subprocess.run(command + [address], capture_output=True, text=True, timeout=TIMEOUT)
    if done.returncode != 0 or " 0% packet loss" not in done.stdout:
        raise ConnectionError(f"ping {address}: {done.stdout}{done.stderr}")
    return size * count, size * count


def shell(address, source_port, command, answer):
    with connect(address, 22, source_port) as sock, sock.makefile("rwb", buffering=0) as stream:
        read_line(stream)
        stream.write(b"SSH-2.0-lab\r\n")
        stream.write(command.encode() + b"\n")
        return len(command) + 1, len(read_exactly(stream, answer))


def ssh(address, source_port, size, _count):
    return shell(address, source_port, f"send {size}", size)


KINDS = {"get": get, "put": put, "dns": dns, "echo": echo, "ping": ping, "ssh": ssh}
