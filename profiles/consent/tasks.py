"""Celery entry: counts for the page of consent."""

from celery import shared_task
from django.utils import timezone

from profiles.consent.preference_queries import count_consents


@shared_task(name="profiles.count_consents")
def count() -> None:
    count_consents(now=timezone.now())
