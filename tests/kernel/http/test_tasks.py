"""The API's housekeeping."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kernel.http.models import IdempotencyKey
from kernel.http.tasks import purge_idempotency_keys


@pytest.mark.django_db
def test_keys_are_forgotten_a_day_after_they_were_used():
    for hours in (23, 25):
        at = timezone.now() - timedelta(hours=hours)
        IdempotencyKey.objects.create(caller="a", key=str(hours), fingerprint="", created_at=at)
    assert purge_idempotency_keys() == 1
    assert [row.key for row in IdempotencyKey.objects.all()] == ["23"]
