"""Our JavaScript for web pages: how it is served."""

import gzip
import re

from profiles.touchpoints.snippet import FILE
from tests.profiles.collecting import Sender

LARGEST = 6 * 1024


def test_it_stays_small():
    assert len(gzip.compress(FILE.read_bytes(), compresslevel=9)) < LARGEST


def test_it_evaluates_no_text():
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", FILE.read_text(), flags=re.DOTALL)
    assert not re.search(r"\beval\b|new Function|innerHTML|document\.write|insertAdjacent", code)


def test_it_is_cached_and_looked_after(sender: Sender):
    found = sender.client.get("/v1/mcps.js")
    assert (found.status_code, found.content) == (200, FILE.read_bytes())
    assert found.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert found.headers["Content-Encoding"] == "gzip"
    assert found.headers["Cache-Control"] == "public, max-age=3600, stale-while-revalidate=86400"
    assert found.headers["Vary"] == "Accept-Encoding"
    again = sender.client.get("/v1/mcps.js", headers={"If-None-Match": found.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = sender.client.get("/v1/mcps.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers
    assert plain.content == FILE.read_bytes()


def test_other_answers_are_never_cached(sender: Sender):
    assert (
        sender.send({"type": "track", "userId": "u", "event": "E"}).headers["Cache-Control"]
        == "no-store"
    )
    assert sender.client.post("/v1/mcps.js").status_code == 405


def test_scripts_of_other_sites_may_read_when_to_come_back(sender: Sender):
    found = sender.client.get("/v1/mcps.js", headers={"Origin": "https://shop.example"})
    assert found.headers["Access-Control-Expose-Headers"] == "Retry-After"
    assert found.headers["Access-Control-Allow-Origin"] == "https://shop.example"
