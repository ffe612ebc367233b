"""A DNS server for tests: TXT records over UDP on loopback, and some of the ways to give no answer."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

BROKEN = "SERVFAIL"
"""In place of a record: the server says that it cannot tell."""


@contextmanager
def name_server(records: Mapping[str, str]) -> Iterator[int]:
    """Answer for these names until the block ends; gives the port. Other names do not exist."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, records), daemon=True)
        thread.start()
        yield server.getsockname()[1]
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
            waker.sendto(b"", server.getsockname())
        thread.join()


def _serve(server: socket.socket, records: Mapping[str, str]) -> None:
    while True:
        asked, client = server.recvfrom(4096)
        if not asked:
            return
        server.sendto(_answer(dns.message.from_wire(asked), records), client)


def _answer(query: dns.message.Message, records: Mapping[str, str]) -> bytes:
    answer = dns.message.make_response(query)
    answer.flags |= dns.flags.RA
    name = query.question[0].name
    text = records.get(name.to_text(omit_final_dot=True))
    if text is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif text == BROKEN:
        answer.set_rcode(dns.rcode.SERVFAIL)
    else:
        strings = " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
        answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", strings))
    return answer.to_wire()
