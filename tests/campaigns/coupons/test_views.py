"""The pages of coupon pools."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from campaigns.coupons.models import Coupon, CouponPool
from kernel.audit.models import AuditEntry


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
