"""A client of the collection API, as any server-side SDK is one: batches, gzip, retries."""

import gzip
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
import msgspec

BATCH = 1_000
"""Messages in one request; about 400 KB, below the API's 500 KB."""
TRIES = 12


class Collector:
    """Sends messages to one source of one installation."""

    def __init__(self, url: str, write_key: str, *, connections: int = 2) -> None:
        self.client = httpx.Client(base_url=url, auth=(write_key, ""), timeout=60, trust_env=False)
        self.pool = ThreadPoolExecutor(connections)

    def send(self, messages: Sequence[dict[str, Any]]) -> int:
        """Send one batch and wait until it is stored; return how many messages it had.

        Waits and tries again when the server is busy or away; raises `httpx.HTTPStatusError`
        when it refuses.
        """
        body = gzip.compress(msgspec.json.encode({"batch": messages}), compresslevel=1)
        for attempt in range(TRIES):
            pause = self._try(body, attempt)
            if pause is None:
                return len(messages)
            time.sleep(pause)
        raise ConnectionError(f"The server at {self.client.base_url} took no batch.")

    def send_all(self, messages: Iterable[dict[str, Any]]) -> Iterator[int]:
        """Send many messages over several connections; yield the size of each stored batch."""
        waiting: list[Future[int]] = []
        for batch in _in_batches(messages):
            waiting.append(self.pool.submit(self.send, batch))
            if len(waiting) > 4:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()

    def _try(self, body: bytes, attempt: int) -> float | None:
        headers = {"Content-Encoding": "gzip", "Content-Type": "application/json"}
        try:
            answer = self.client.post("/v1/batch", content=body, headers=headers)
        except httpx.TransportError:
            return 0.5 * float(2 ** min(attempt, 5))
        if answer.status_code == 429 or answer.status_code >= 500:
            return float(answer.headers.get("Retry-After", "1"))
        answer.raise_for_status()
        return None


def _in_batches(messages: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for message in messages:
        batch.append(message)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
