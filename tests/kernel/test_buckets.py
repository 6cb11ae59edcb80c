"""Stable splits: equal in Python and SQL, even, independent."""

from collections import Counter

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from kernel.buckets import BUCKETS, bucket


def in_sql(salt: str, key: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_bucket(%s::text, %s::text)", [salt, key])
        return cursor.fetchone()[0]


texts = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


class BothSidesTest(TestCase):
    @given(salt=texts, key=texts)
    def test_sql_and_python_agree(self, salt, key):
        assert in_sql(salt, key) == bucket(salt, key)


@pytest.mark.parametrize(
    ("salt", "key", "expected"),
    [("welcome", "1", 9323), ("welcome", "2", 4484), ("", "", 479)],
)
def test_a_bucket_never_changes(salt, key, expected):
    assert bucket(salt, key) == expected


def test_buckets_are_even_and_splits_independent():
    customers = [str(number) for number in range(20_000)]
    tenths = Counter(bucket("first", key) * 10 // BUCKETS for key in customers)
    # 20,000 into ten: 2,000 each with a standard deviation of 42; five of them is 210.
    assert sorted(tenths) == list(range(10))
    assert all(abs(count - 2_000) < 210 for count in tenths.values())
    half = [key for key in customers if bucket("first", key) < BUCKETS // 2]
    both = sum(bucket("second", key) < BUCKETS // 2 for key in half)
    assert abs(both - len(half) / 2) < 250
