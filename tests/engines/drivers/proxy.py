"""The door of a private network: takes CONNECT requests inside, opens the connections outside."""

from __future__ import annotations

import contextlib
import queue
import selectors
import socket
import threading

LOOPBACK = "127.0.0.1"
BLOCK = 65536


class Proxy:
    """`listen` is called inside the private network, `serve` runs in a thread that stayed outside."""

    def __init__(self) -> None:
        self._doors: queue.Queue[socket.socket | None] = queue.Queue()
        self._door: socket.socket | None = None

    def listen(self) -> int:
        """The port on which package managers inside find it."""
        self._door = socket.create_server((LOOPBACK, 0))
        self._doors.put(self._door)
        port: int = self._door.getsockname()[1]
        return port

    def serve(self) -> None:
        door = self._doors.get()
        while door is not None:
            try:
                inner, _ = door.accept()
            except OSError:
                return
            threading.Thread(target=_connect, args=(inner,), daemon=True).start()

    def close(self) -> None:
        self._doors.put(None)
        if self._door is not None:
            with contextlib.suppress(OSError):
                self._door.shutdown(socket.SHUT_RDWR)
            self._door.close()


def _connect(inner: socket.socket) -> None:
    with inner, contextlib.suppress(OSError, ValueError):
        method, target, *_ = _head(inner).split()
        if method != "CONNECT":
            inner.sendall(b"HTTP/1.1 405 only CONNECT\r\n\r\n")
            return
        host, _, port = target.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=60) as outer:
            inner.sendall(b"HTTP/1.1 200 connected\r\n\r\n")
            _exchange(inner, outer)


def _head(connection: socket.socket) -> str:
    """A request up to its empty line; a client sends nothing more before it is answered."""
    received = b""
    while b"\r\n\r\n" not in received:
        block = connection.recv(BLOCK)
        if not block or len(received) > BLOCK:
            raise ValueError("no request")
        received += block
    return received.decode("latin-1")


def _exchange(inner: socket.socket, outer: socket.socket) -> None:
    """Copies both ways until one side ends."""
    other = {inner: outer, outer: inner}
    with selectors.DefaultSelector() as selector:
        for side in other:
            selector.register(side, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                assert isinstance(key.fileobj, socket.socket)
                block = key.fileobj.recv(BLOCK)
                if not block:
                    return
                other[key.fileobj].sendall(block)
