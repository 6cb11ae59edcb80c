"""Catalogs and coupon pools: typed items, files, pages and the REST API."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.content.rules.items import (
    BadFile,
    BadItem,
    ItemField,
    check_fields,
    guess_fields,
    read_item,
    read_items,
)
from campaigns.content.source_models import Catalog, Coupon, CouponPool
from kernel.audit.models import AuditEntry
from tests.campaigns.content.test_asking import make_pool, make_products, with_words

NAME = ItemField(name="name", type="text", is_required=True)
CSV = "sku;name;price;sale;since;tags\na1;Tent;199.5;yes;2026-03-01;new|light\na2;Stove;60;no;;\n"


def test_a_file_gives_keys_values_and_the_types_that_fit_all_of_them():
    items = read_items("products.csv", b"\xef\xbb\xbf" + CSV.encode())
    assert [key for key, _ in items] == ["a1", "a2"]
    fields = guess_fields([values for _, values in items])
    assert {field.name: field.type for field in fields} == {
        "name": "text", "price": "number", "sale": "boolean", "since": "date", "tags": "text",
    }  # fmt: skip
    assert read_item(items[1][1], fields) == {"name": "Stove", "price": 60, "sale": False}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"sku,name\n", "no items"),
        (b"name\nTent\n", "no column for the key"),
        (b"key,name\na,1\na,2\n", "“a” is there twice"),
        (b"key,name\n,1\n", "Item 1 has no key"),
        (b"key,name\na,1,2\n", "Line 2 has more values"),
        (b"[1, 2]", "JSON object"),
        (b'{"key": ', "neither JSON nor lines"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(body, message):
    with pytest.raises(BadFile, match=message):
        read_items("f", body)


def test_lines_of_json_and_one_list_are_the_same():
    lines, whole = (
        b'{"id": 1, "a": 2}\n{"id": 2, "a": 3}',
        b'[{"id": 1, "a": 2}, {"id": 2, "a": 3}]',
    )
    assert read_items("f", lines) == read_items("f", whole) == [("1", {"a": 2}), ("2", {"a": 3})]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "many"), ("number", True), ("number", "nan"), ("number", "1e999"),
        ("boolean", "maybe"), ("date", "03/04/2026"), ("text", {"a": 1}), ("text", "x" * 5_000),
    ],
)  # fmt: skip
def test_a_value_that_does_not_fit_its_field_is_refused_by_name(kind, value):
    with pytest.raises(BadItem) as told:
        read_item({"it": value}, [ItemField(name="it", type=kind)])
    assert told.value.field == "it"


def test_required_and_unknown_fields_are_named():
    with pytest.raises(BadItem, match="“name” is empty"):
        read_item({"name": ""}, [NAME])
    with pytest.raises(BadItem, match="no field “size”"):
        read_item({"name": "a", "size": 1}, [NAME])


@pytest.mark.parametrize(
    "fields",
    [[], [ItemField(name="key", type="text")], [NAME, NAME], [ItemField(name="a b", type="text")],
     [ItemField(name="a", type="color")]],
    ids=["none", "key", "twice", "blank", "type"],
)  # fmt: skip
def test_fields_that_cannot_be_are_refused(fields):
    with pytest.raises(BadItem):
        check_fields(fields)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([1, 2.5, "3"], "number"), ([True, "no"], "boolean"), (["1", "0"], "number"),
        (["1", True], "text"), ([float("inf")], "text"), (["2026-01-01", ""], "date"),
        (["2026-01-01", "1"], "text"), ([["a"], "b"], "list"), (["", None], "text"),
    ],
)  # fmt: skip
def test_guessed_fields_take_what_they_were_guessed_from(values, kind):
    items = [{"it": value} for value in values]
    [field] = guess_fields(items)
    assert field.type == kind
    assert len([read_item(item, [field]) for item in items]) == len(values)


@pytest.mark.django_db
def test_a_catalog_is_made_of_a_file_filled_up_and_deleted_on_its_pages(client, owner):
    client.force_login(owner)
    file = SimpleUploadedFile("products.csv", CSV.encode())
    form = {"name": "Products", "slug": "goods", "file": file}
    answer = client.post(reverse("campaigns:catalog-new"), form)
    page = reverse("campaigns:catalog", kwargs={"slug": "goods"})
    assert answer.url == page
    assert "Stove" in client.get(page).content.decode()
    more = SimpleUploadedFile(
        "more.json", b'[{"sku": "a2", "name": "Oven"}, {"sku": "b1", "name": "Map"}]'
    )
    client.post(page, {"file": more})
    assert Catalog.objects.get().item_count == 3
    wrong = SimpleUploadedFile("more.json", b'[{"sku": "a2", "name": "Oven", "price": "much"}]')
    refused = client.post(page, {"file": wrong})
    assert refused.status_code == 422
    assert "is not a number" in refused.content.decode()
    assert "Oven" in client.get(page, {"q": "a2"}).content.decode()
    assert "Tent" not in client.get(page, {"q": "a2"}).content.decode()
    with_words('{% catalog "goods" "a1" as item %}{{ item.name }}')
    gone = reverse("campaigns:catalog-delete", kwargs={"slug": "goods"})
    assert client.post(gone).url == page
    assert "Asking" in client.get(page).content.decode()


@pytest.mark.django_db
def test_a_pool_is_made_and_filled_on_its_pages(client, owner, colleague, stranger):
    client.force_login(owner)
    form = {"name": "Spring", "slug": "spring", "warn_below": 3}
    page = client.post(reverse("campaigns:coupon-pool-new"), form).url
    assert "No code is free" in client.get(page).content.decode()
    file = SimpleUploadedFile("codes.txt", b"B1\nB2\n")
    client.post(page, {"codes": "A1\nB1\n", "file": file})
    assert sorted(Coupon.objects.values_list("code", flat=True)) == ["A1", "B1", "B2"]
    assert CouponPool.objects.get().total == 3
    assert client.post(reverse("campaigns:coupon-pool-new"), form).status_code == 422
    wrong = {**form, "name": "Other", "slug": "sum-mer"}
    assert client.post(reverse("campaigns:coupon-pool-new"), wrong).status_code == 422
    assert "Enough" in client.get(reverse("campaigns:coupon-pools")).content.decode()
    assert AuditEntry.objects.filter(object_type="coupon_pool").count() == 2


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


@pytest.mark.django_db
def test_the_editor_tells_of_segments_in_which_nobody_can_be(client, owner):
    from profiles import facade as profiles
    from tests.campaigns.builders import NOW

    client.force_login(owner)
    make_products()
    make_pool("A1")
    profiles.create_segment("Some day", rule={"root": {"rules": []}}, now=NOW)
    made = with_words('{% segment "Some day" %}Hello.{% endsegment %}')
    page = client.get(reverse("campaigns:template-edit", kwargs={"key": made.key})).content.decode()
    assert "“Some day” was never published: nobody is in it" in page
