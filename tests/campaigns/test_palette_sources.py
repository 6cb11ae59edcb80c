"""The palette finds journeys, campaigns and templates by name."""

import pytest
from django.urls import reverse

from campaigns.models import Journey, Template
from kernel.ui import palette
from tests.campaigns.builders import make_template

pytestmark = pytest.mark.django_db


def test_what_staff_made_is_found_on_the_search_page(client, owner):
    client.force_login(owner)
    make_template("Win back, spring")
    make_template("Spring of last year")
    Template.objects.filter(name="Spring of last year").update(is_archived=True)
    client.post(reverse("campaigns:journey-new"), {"name": "Spring greeting", "sample": ""})
    groups = {
        group.name: [(each.label, each.note) for each in group.results]
        for group in palette.search("spring", user=owner)
    }
    assert groups["Templates"] == [("Win back, spring", "E-mail")]
    assert groups["Journeys"] == [("Spring greeting", "Draft")]
    page = client.get(reverse("ui:search"), {"q": "SPRING greet"}).content.decode()
    assert reverse("campaigns:journey", args=[Journey.objects.get().key]) in page
    assert "Win back, spring" not in page
