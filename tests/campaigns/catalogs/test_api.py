"""The REST API of catalogs."""

import pytest


@pytest.mark.django_db
def test_items_are_upserted_by_key_over_the_api_all_or_none(client, owner):
    client.force_login(owner)
    schema = [
        {"name": "name", "type": "text", "is_required": True},
        {"name": "price", "type": "number"},
    ]
    asked = {"name": "Products", "slug": "products", "schema": schema}
    made = client.post("/api/v1/catalogs/", asked, content_type="application/json")
    assert made.status_code == 200, made.content
    assert made.json()["schema"][1] == {"name": "price", "type": "number", "is_required": False}
    address = "/api/v1/catalogs/products/items/"

    def put(*items):
        body = {"items": [{"key": key, "values": values} for key, values in items]}
        return client.put(address, body, content_type="application/json")

    assert put(("a", {"name": "A", "price": "5"}), ("b", {"name": "B"})).json() == {
        "created": 2, "changed": 0,
    }  # fmt: skip
    assert put(("a", {"name": "A", "price": 5}), ("b", {"name": "C"})).json() == {
        "created": 0, "changed": 1,
    }  # fmt: skip
    refused = put(("d", {"name": "D"}), ("a", {"price": 1}))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "items.1.name"
    assert put(("x", {"name": "1"}), ("x", {"name": "2"})).status_code == 422
    listed = client.get(f"{address}?limit=1").json()
    assert listed["results"] == [{"key": "a", "values": {"name": "A", "price": 5}}]
    assert client.get(listed["next"]).json()["results"][0]["key"] == "b"
    assert client.delete(f"{address}a/").status_code == 204
    assert client.get("/api/v1/catalogs/").json()["results"][0]["items"] == 1
    assert client.get("/api/v1/catalogs/gone/items/").status_code == 404
