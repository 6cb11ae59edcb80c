import pytest
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from kernel.http.api.etags import Changed, answer_with_etag, etag_of, require_match

ETAG = etag_of(12, 3)


def ask(**headers):
    return Request(APIRequestFactory().get("/", headers=headers))


@pytest.mark.parametrize(("known", "status", "body"), [
    ("", 200, {"a": 1}),
    ('"other"', 200, {"a": 1}),
    (ETAG, 304, None),
    (f'"other", {ETAG}', 304, None),
    ("*", 304, None),
])  # fmt: skip
def test_unchanged_thing_is_not_sent_again(known, status, body):
    answer = answer_with_etag(ask(**{"If-None-Match": known}), {"a": 1}, etag=ETAG)
    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (status, body, ETAG)


@pytest.mark.parametrize("wanted", ["", ETAG, f'"other", {ETAG}', "*"])
def test_change_of_the_version_that_was_read_passes(wanted):
    require_match(ask(**{"If-Match": wanted}), etag=ETAG)


def test_change_of_an_older_version_is_refused():
    with pytest.raises(Changed):
        require_match(ask(**{"If-Match": etag_of(12, 2)}), etag=ETAG)


def test_etag_differs_for_each_version():
    assert len({etag_of(1, 2), etag_of(12), etag_of("1", 2), etag_of(2, 1)}) == 4
