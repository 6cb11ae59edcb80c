"""Several connections at the same moment, for tests of races."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

T = TypeVar("T")


def run_together(*calls: Callable[[], T]) -> list[T | Exception]:
    """Start each call in a thread with a connection of its own, all behind one barrier.

    Returns what each returned or raised, in the order of the calls. The test's data must be
    committed, so this needs a test with real transactions.
    """
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], T]) -> T | Exception:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=30)
            return call()
        except Exception as error:  # noqa: BLE001 (the test asserts what was raised)
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))
