"""Usage: relay.py PORT=SOCKET... in a network namespace of its own.

Brings its loopback up, and leads 127.0.0.1:PORT to a Unix socket, which is a file and so no part of any network. Then it prints
its process id, by which others enter the namespace, and goes on until it is ended.
"""

import asyncio
import fcntl
import os
import socket
import struct
import sys

SIOCSIFFLAGS = 0x8914
IFF_UP_AND_RUNNING = 0x1 | 0x40


def bring_loopback_up():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh22x", b"lo", IFF_UP_AND_RUNNING))


async def carry(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
        writer.write_eof()
    except OSError:
        writer.transport.abort()


def lead_to(path):
    async def connected(reader, writer):
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(path)
        except OSError:
            writer.transport.abort()
            return
        await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer))
        writer.close()
        far_writer.close()

    return connected


async def main():
    bring_loopback_up()
    for route in sys.argv[1:]:
        port, path = route.split("=", 1)
        await asyncio.start_server(lead_to(path), "127.0.0.1", int(port))
    print(os.getpid(), flush=True)
    await asyncio.Event().wait()


asyncio.run(main())
