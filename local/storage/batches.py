"""Entity group transactions on the wire: a multipart request of HTTP requests, and its multipart answer.

Source: azure-docs, storageservices/performing-entity-group-transactions.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus

from local.azure.asgi import Answer
from local.in_process import Asked
from local.storage.errors import Refused

_BOUNDARY = re.compile(r"boundary=\"?([^\s\";]+)")
MOST_WRITES = 100


def read_batch(content_type: str, body: bytes) -> tuple[Asked, ...]:
    """The requests of a transaction. Raises Refused for one that is none, or too large."""
    outside = _part(body, _boundary(content_type))
    head, _, inside = outside.partition(b"\r\n\r\n")
    separator = b"--" + _boundary(head.decode()).encode()
    requests = tuple(_request(part) for part in inside.split(separator)[1:-1])
    if not 0 < len(requests) <= MOST_WRITES:
        raise Refused(400, "InvalidInput", f"{len(requests)} operations in one transaction.")
    return requests


def write_batch(answers: Sequence[Answer]) -> Answer:
    """Put the answers into one; its status says nothing of theirs."""
    lines: list[bytes] = [b"--batchresponse", b"Content-Type: multipart/mixed; boundary=changesetresponse", b""]
    for answer in answers:
        lines += [b"--changesetresponse", b"Content-Type: application/http", b"Content-Transfer-Encoding: binary", b""]
        lines.append(f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}".encode())
        lines += [f"{name}: {value}".encode() for name, value in answer.headers]
        lines += [b"", answer.body]
    lines += [b"--changesetresponse--", b"--batchresponse--", b""]
    return Answer(202, [("Content-Type", "multipart/mixed; boundary=batchresponse")], [b"\r\n".join(lines)])


def _request(part: bytes) -> Asked:
    _, _, http = part.partition(b"\r\n\r\n")
    head, _, content = http.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    method, url, _ = line.split(" ")
    headers = tuple((name, value.strip()) for name, _, value in (one.partition(":") for one in fields))
    return Asked(method, url, headers, content.removesuffix(b"\r\n"))


def _part(body: bytes, boundary: str) -> bytes:
    parts = body.split(b"--" + boundary.encode())
    if len(parts) < 3:
        raise Refused(400, "InvalidInput", "The batch has no change set.")
    return parts[1]


def _boundary(content_type: str) -> str:
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise Refused(400, "InvalidInput", f"{content_type!r} names no boundary.")
    return match[1]
