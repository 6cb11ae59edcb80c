"""Requests that go past Django's handler use connections of the process, not of their thread."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from mcps_site.lending import lent_connection


def backend() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def in_new_thread(act: Callable[[], int]) -> int:
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(act()))
    thread.start()
    thread.join()
    return found[0]


def lent_backend() -> int:
    with lent_connection():
        return backend()


@pytest.mark.django_db(transaction=True)
def test_threads_that_end_leave_their_connection_to_the_next():
    first = lent_backend()
    # More threads than the pool has connections.
    assert {in_new_thread(lent_backend) for _ in range(20)} == {first}


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_never_share_a_connection():
    with lent_connection():
        mine = backend()
        assert in_new_thread(lent_backend) != mine


@pytest.mark.django_db(transaction=True)
def test_a_thread_has_its_own_connection_back_after_the_request():
    own = backend()
    assert lent_backend() != own
    assert backend() == own


@pytest.mark.django_db
def test_a_thread_inside_a_transaction_keeps_its_own():
    with transaction.atomic():
        own = backend()
        assert lent_backend() == own
