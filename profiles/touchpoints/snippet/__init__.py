"""Our own JavaScript for web pages, served by the collection API under an address that stays."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("mcps.js")
# A page keeps it for an hour, and may use it for a day more while it looks for a newer one.
CACHING = "public, max-age=3600, stale-while-revalidate=86400"


class Served(NamedTuple):
    """The file as it is sent: plain, compressed, and the name of its version."""

    plain: bytes
    compressed: bytes
    etag: str


@cache
def load_snippet() -> Served:
    """Return the file; it is read once per process."""
    plain = FILE.read_bytes()
    compressed = gzip.compress(plain, compresslevel=9, mtime=0)
    return Served(plain, compressed, hashlib.sha256(plain).hexdigest()[:16])


def answer_snippet(environ: Mapping[str, Any]) -> tuple[int, bytes, dict[str, str]]:
    """Return status, body and headers for a request of the file; 304 while it did not change."""
    served = load_snippet()
    headers = {
        "Cache-Control": CACHING, "ETag": f'W/"{served.etag}"', "Vary": "Accept-Encoding",
        "Cross-Origin-Resource-Policy": "cross-origin", "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
    if served.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
        return 304, b"", headers
    if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
        return 200, served.compressed, headers | {"Content-Encoding": "gzip"}
    return 200, served.plain, headers
