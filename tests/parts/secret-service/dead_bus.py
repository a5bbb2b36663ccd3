"""A D-Bus address that accepts connections and never answers: dead_bus.py SOCKET. Prints a line when it listens."""

import socket
import sys

listener = socket.socket(socket.AF_UNIX)
listener.bind(sys.argv[1])
listener.listen(64)
print("listening", flush=True)
connections = []
while True:
    connections.append(listener.accept())
