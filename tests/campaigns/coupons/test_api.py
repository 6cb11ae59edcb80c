"""The REST API of coupon pools."""

import pytest


@pytest.mark.django_db
def test_codes_are_added_over_the_api(client, owner):
    client.force_login(owner)
    made = client.post(
        "/api/v1/coupon-pools/", {"name": "S", "slug": "s", "warn_below": 2},
        content_type="application/json",
    )  # fmt: skip
    assert made.json()["is_low"] is True
    added = client.post(
        "/api/v1/coupon-pools/s/codes/", {"codes": ["1", "2", "1"]}, content_type="application/json"
    )
    assert added.json() == {"added": 2}
    [shown] = client.get("/api/v1/coupon-pools/").json()["results"]
    assert (shown["free"], shown["total"], shown["is_low"]) == (2, 2, False)
