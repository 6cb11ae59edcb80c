"""What the commands share that send events: where to, with which key, and the progress bar."""

import sys
import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import CommandParser, OutputWrapper

from profiles.touchpoints.services.importing import find_import_key, send_messages

_BAR_WIDTH = 30


def add_sending_arguments(parser: CommandParser, *, source: str) -> None:
    """Add the options that say where events go and in whose name."""
    parser.add_argument("--url", default=settings.PUBLIC_URL, help="address of the product")
    parser.add_argument(
        "--write-key", help="write key of a source; by default one is kept for imports"
    )
    parser.add_argument("--source", default=source, help=f"name of the import source (“{source}”)")


def open_client(options: Mapping[str, Any], *, now: datetime) -> httpx.Client:
    """Return a client of the collection API."""
    write_key = options["write_key"] or find_import_key(options["source"], now=now)
    transport = options.get("transport")
    return httpx.Client(
        base_url=options["url"], auth=(write_key, ""), timeout=60, trust_env=False,
        transport=transport,
    )  # fmt: skip


def send_with_bar(
    messages: Iterable[dict[str, Any]], client: httpx.Client, *, total: int, out: OutputWrapper
) -> int:
    """Send messages and show how far it is; one line when the output is no terminal."""
    started = time.monotonic()
    is_terminal = sys.stderr.isatty()

    def show(sent: int) -> None:
        share = min(1.0, sent / total) if total else 1.0
        rate = sent / max(0.001, time.monotonic() - started)
        bar = "#" * int(share * _BAR_WIDTH)
        line = f"[{bar:<{_BAR_WIDTH}}] {share:4.0%}  {sent:,} of {total:,} events, {rate:,.0f}/s"
        if is_terminal:
            out.write(f"\r{line}", ending="\n" if sent >= total else "")
        elif sent >= total:
            out.write(line)

    return send_messages(messages, client, progress=show)
