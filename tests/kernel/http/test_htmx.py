"""Which requests get a part of the page, and what caches are told."""

import pytest
from django.http import HttpResponse

from kernel.http.htmx import VaryOnHtmx, wants_partial


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
    ids=["page", "swap", "boosted link", "history"],
)
def test_only_a_swap_wants_a_partial(rf, headers, expected):
    assert wants_partial(rf.get("/", headers=headers)) is expected


def test_an_answer_varies_where_a_view_asked(rf):
    def answer(view):
        return VaryOnHtmx(view)(rf.get("/")).headers.get("Vary")

    assert answer(lambda request: HttpResponse(str(wants_partial(request)))) == "HX-Request"
    assert answer(lambda request: HttpResponse()) is None
