"""The Celery entry: what accounts hold gets names."""

from celery import shared_task
from django.utils import timezone

from profiles.accounts.trait_services import learn_held_traits


@shared_task(name="profiles.learn_account_traits")
def learn() -> None:
    learn_held_traits(now=timezone.now())
