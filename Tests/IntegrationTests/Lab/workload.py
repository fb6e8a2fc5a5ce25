"""The servers of one workload: HTTP (80), DNS (53/udp), echo (7/udp) and a stand-in for ssh (22), IPv4 and IPv6."""

import argparse
import http.server
import os
import pathlib
import socket
import socketserver
import struct
import threading

from transfers import connect, read_exactly, read_line

BLOCK = bytes(range(256)) * 256


def send_octets(stream, count):
    while count > 0:
        stream.write(BLOCK[: min(count, len(BLOCK))])
        count -= len(BLOCK)


class FilesOfAnySize(http.server.BaseHTTPRequestHandler):
    """`GET /octets/N` answers N octets; `PUT` takes what comes and answers how much it was."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        count = int(self.path.rsplit("/", 1)[-1])
        self.send_response(200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(count))
        self.end_headers()
        send_octets(self.wfile, count)

    def do_PUT(self):
        left = int(self.headers["Content-Length"])
        answer = str(left).encode()
        while left > 0:
            left -= len(self.rfile.read(min(left, 65536)))
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class DNS(socketserver.BaseRequestHandler):
    """Answers every question with one address of TEST-NET-1 (RFC 1035 §4)."""

    def handle(self):
        query, sock = self.request
        if len(query) < 17:
            return
        header = query[:2] + struct.pack("!5H", 0x8180, 1, 1, 0, 0)
        answer = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + bytes([192, 0, 2, 1])
        sock.sendto(header + query[12:] + answer, self.client_address)


class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        datagram, sock = self.request
        sock.sendto(datagram, self.client_address)


class Shell(socketserver.StreamRequestHandler):
    """Looks like ssh to a flow meter: banners, then commands.

    `send N` answers N octets. `hop ADDRESS PORT N` opens port 22 of ADDRESS from the source port PORT (0: any),
    and answers the N octets that it gets there.
    """

    def handle(self):
        self.wfile.write(b"SSH-2.0-lab\r\n")
        read_line(self.rfile)
        for line in self.rfile:
            command = line.decode().split()
            if command[0] == "send":
                send_octets(self.wfile, int(command[1]))
            elif command[0] == "hop":
                address, port, count = command[1], int(command[2]), int(command[3])
                with connect(address, 22, port) as sock, sock.makefile("rwb", buffering=0) as onward:
                    read_line(onward)
                    onward.write(b"SSH-2.0-lab\r\n")
                    onward.write(f"send {count}\n".encode())
                    self.wfile.write(read_exactly(onward, count))


def server_class(base, family):
    class Server(base):
        address_family = family
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 64

        def server_bind(self):
            if family == socket.AF_INET6:
                self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            socketserver.TCPServer.server_bind(self)
            self.server_name, self.server_port = "lab", self.server_address[1]

    return Server


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--ready", required=True, help="file that is made when every port is open")
    ready = pathlib.Path(arguments.parse_args().ready)
    # This outlives its caller, and must keep nothing of his: neither the lab's lock nor a pipe that somebody reads to
    # its end.
    os.closerange(3, 4096)

    servers = []
    for family, any_address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        http_class = server_class(http.server.ThreadingHTTPServer, family)
        stream_class = server_class(socketserver.ThreadingTCPServer, family)
        datagram_class = server_class(socketserver.ThreadingUDPServer, family)
        servers.append(http_class((any_address, 80), FilesOfAnySize))
        servers.append(stream_class((any_address, 22), Shell))
        servers.append(datagram_class((any_address, 53), DNS))
        servers.append(datagram_class((any_address, 7), Echo))
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    ready.touch()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
