from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from kernel.access.models import User
from kernel.errors import Invalid
from kernel.http.api.paging import decode_cursor, encode_cursor, newest_page, page_body, read_page


def ask(**query):
    return Request(APIRequestFactory().get("/api/v1/things/", query))


def walk(fetch):
    """Follow `next` from the first page to the last and return the pages."""
    pages, request = [], ask(limit=2)
    while True:
        body = fetch(request)
        pages.append(body["results"])
        if body["next"] is None:
            return pages
        request = Request(APIRequestFactory().get(body["next"]))


def test_rows_of_a_statement_come_page_by_page():
    rows = [9, 7, 5, 3, 1]

    def fetch(request):
        page = read_page(request, position=[int])
        behind = [row for row in rows if page.after is None or row < page.after[0]]
        return page_body(
            request, behind[: page.fetch], page, position=lambda row: (row,), show=lambda row: row
        )

    assert walk(fetch) == [[9, 7], [5, 3], [1]]


@pytest.mark.django_db
def test_a_query_set_comes_page_by_page_the_newest_first():
    for name in "abcde":
        User.objects.create_user(f"{name}@example.com")

    def fetch(request):
        return newest_page(request, User.objects.all(), show=lambda row: row.email[0])

    assert walk(fetch) == [["e", "d"], ["c", "b"], ["a"]]


@pytest.mark.parametrize("limit", ["0", "501", "-1", "many", "1.5", "²", "9" * 30])
def test_unusable_limit_names_the_range(limit):
    with pytest.raises(Invalid, match="from 1 to 500") as caught:
        read_page(ask(limit=limit), position=[int])
    assert caught.value.field == "limit"


@given(st.text(max_size=40))
def test_foreign_cursor_is_refused_and_never_a_crash(text):
    with suppress(Invalid):
        decode_cursor(text, [int])


@pytest.mark.parametrize("position", [(1, 2), ("abc",), (None,), ([],)])
def test_cursor_of_another_list_is_refused(position):
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor(position), [int])
