"""`python -m local.live.recording_proxy`: passes everything on to Azure, and writes it down without secrets.

It stands between the operator and Azure, real or simulated, so that neither knows of it. Runs in the simulated Azure's
environment, the only one with mitmproxy. One line of JSON on stdout says where it listens; it ends on SIGTERM.
"""
# mypy: disable-error-code="import-not-found, no-any-unimported, misc"

import argparse
import asyncio
import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from mitmproxy import http, options
from mitmproxy.addons import default_addons
from mitmproxy.addons.proxyserver import Proxyserver
from mitmproxy.master import Master

from local.live.masking import Masking
from local.live.recording import Exchange
from local.live.shapes import STEERING

_CA_FILE = "mitmproxy-ca-cert.pem"
_FOLLOWED = ("location", "azure-asyncoperation")


class Recorder:
    """The addon that writes every exchange down."""

    def __init__(self, group: str, into: TextIO) -> None:
        self._masking = Masking(group)
        self._into = into
        self.ready = asyncio.Event()

    def running(self) -> None:
        """Note that the proxy listens."""
        self.ready.set()

    def response(self, flow: http.HTTPFlow) -> None:
        """Write down an answered request."""
        self._write(flow, flow.response.status_code)

    def error(self, flow: http.HTTPFlow) -> None:
        """Write down a request that got no answer."""
        self._write(flow, 0)

    def _write(self, flow: http.HTTPFlow, status: int) -> None:
        asked, answer, mask = flow.request, flow.response, self._masking
        path, _, query = asked.path.partition("?")
        ended = answer.timestamp_end if answer is not None and answer.timestamp_end else asked.timestamp_start
        exchange = Exchange(
            at=datetime.fromtimestamp(asked.timestamp_start, UTC),
            seconds=round(ended - asked.timestamp_start, 3),
            asked_by=asked.headers.get("user-agent", "").partition(" ")[0].partition("/")[0],
            method=asked.method,
            host=asked.pretty_host,
            path=mask.path(path),
            query=mask.query(query),
            asked=_body(mask, path, asked),
            status=status,
            headers={} if answer is None else self._steering(answer),
            answered=None if answer is None else _body(mask, path, answer),
        )
        self._into.write(exchange.model_dump_json() + "\n")
        self._into.flush()

    def _steering(self, answer: http.Response) -> dict[str, str]:
        return {name: self._masking.header(answer.headers[name]) for name in STEERING if name in answer.headers}


def _body(mask: Masking, path: str, message: http.Message) -> object:
    return mask.body(path, message.headers.get("content-type", ""), message.get_content(strict=False) or b"")


async def _run(asked: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with asked.into.open("w", encoding="utf-8") as into:
        recorder = Recorder(asked.group, into)
        chosen = options.Options(listen_host="127.0.0.1", listen_port=0, confdir=str(asked.state_dir))
        chosen.update(mode=[f"upstream:{asked.upstream}" if asked.upstream else "regular"])
        if asked.upstream_ca:
            chosen.update(ssl_verify_upstream_trusted_ca=str(asked.upstream_ca))
        master = Master(chosen, event_loop=asyncio.get_running_loop(), with_termlog=False)
        master.addons.add(*default_addons(), recorder)
        chosen.update(connection_strategy="lazy", upstream_cert=False)
        running = asyncio.create_task(master.run())
        await asyncio.wait({running, asyncio.create_task(recorder.ready.wait())}, return_when=asyncio.FIRST_COMPLETED)
        server: Proxyserver = master.addons.get("proxyserver")
        port = server.listen_addrs()[0][1]
        ca = (asked.state_dir / _CA_FILE).resolve()
        print(json.dumps({"proxy": f"http://127.0.0.1:{port}", "ca": str(ca)}), flush=True)
        await stop.wait()
        master.shutdown()
        await running


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m local.live.recording_proxy", description=__doc__)
    parser.add_argument("--into", type=Path, required=True, help="the file that the recording is written to")
    parser.add_argument("--group", required=True, help="the resource group whose resources may be told of")
    parser.add_argument("--state-dir", type=Path, required=True, help="where its certificate authority is kept")
    parser.add_argument("--upstream", help="the proxy that leads to Azure; without it, Azure is reached directly")
    parser.add_argument("--upstream-ca", type=Path, help="a file with what Azure's certificates are signed by")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(_run(_arguments()))
