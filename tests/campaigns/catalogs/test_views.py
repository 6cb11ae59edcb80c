"""The pages of catalogs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.catalogs.models import Catalog
from tests.campaigns.builders import with_words
from tests.campaigns.catalogs.test_rules import CSV


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
