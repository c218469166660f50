"""Clients that ask for one address over keep-alive connections, as fast as they are answered.

    python -m benchmarks.asking PORT ADDRESS CONNECTIONS SECONDS [TOKEN]

prints how many answers came in a second. A process of its own: what it costs is not the server's.
"""

import selectors
import socket
import sys
from time import perf_counter


def answers_a_second(
    port: int, address: str, connections: int, seconds: float, token: str = ""
) -> float:
    """The rate at which the server answers 200; RuntimeError for any other answer."""
    sent = (
        f"GET {address} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n\r\n"
    ).encode()
    waiting, opened = selectors.DefaultSelector(), []
    for _ in range(connections):
        one = socket.create_connection(("127.0.0.1", port))
        opened.append(one)
        waiting.register(one, selectors.EVENT_READ, (one, bytearray()))
        one.sendall(sent)
    count, began = 0, perf_counter()
    while perf_counter() - began < seconds:
        for ready, _ in waiting.select(timeout=1):
            connection, received = ready.data
            count += _answered(connection, received, sent)
    rate = count / (perf_counter() - began)
    for one in opened:
        one.close()
    return rate


def _answered(connection: socket.socket, received: bytearray, sent: bytes) -> int:
    """1 where an answer is whole and the next request has been sent."""
    received += connection.recv(65_536)
    head, mark, body = received.partition(b"\r\n\r\n")
    if not mark:
        return 0
    if not head.startswith(b"HTTP/1.1 200"):
        raise RuntimeError(head.decode())
    length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
    if len(body) < length:
        return 0
    received.clear()
    connection.sendall(sent)
    return 1


def main() -> None:
    """Print the rate of the arguments."""
    port, address, connections, seconds, *token = sys.argv[1:]
    rate = answers_a_second(int(port), address, int(connections), float(seconds), *token)
    sys.stdout.write(f"{rate}\n")


if __name__ == "__main__":
    main()
