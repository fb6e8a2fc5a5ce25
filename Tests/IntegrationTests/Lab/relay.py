"""Hands connections on LISTEN:PORT to 127.0.0.1:PORT, so that a collector that listens on loopback alone is reached
from the lab's hosts."""

import argparse
import socket
import socketserver
import threading


def pump(source, sink):
    try:
        while octets := source.recv(65536):
            sink.sendall(octets)
    except OSError:
        pass
    for end, way in ((source, socket.SHUT_RD), (sink, socket.SHUT_WR)):
        try:
            end.shutdown(way)
        except OSError:
            pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listen", required=True)
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()

    class Relay(socketserver.BaseRequestHandler):
        def handle(self):
            try:
                onward = socket.create_connection(("127.0.0.1", arguments.port), timeout=5)
            except OSError:
                return
            with onward:
                onward.settimeout(None)
                back = threading.Thread(target=pump, args=(onward, self.request), daemon=True)
                back.start()
                pump(self.request, onward)
                back.join()

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        request_queue_size = 64

    with Server((arguments.listen, arguments.port), Relay) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
