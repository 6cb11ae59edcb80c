"""The pages of computed traits: built by its form without scripts, previewed, kept, archived."""

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from kernel.audit.models import AuditEntry
from profiles.computed.models import ComputedTrait
from profiles.computed.services.refreshing import compute_requested
from tests.profiles.computed.test_using import define, has, order
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_builder import Form
from tests.profiles.segments.test_refreshing import live, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def publisher(client, colleague):
    assign_role(colleague, Role.PUBLISHER)
    client.force_login(colleague)
    return client


def test_a_trait_is_built_previewed_and_computed_from_the_form(publisher):
    ada, ben = person("ada"), person("ben")
    order(ada, at=NOW, revenue="20", properties={"kind": "gift"})
    order(ben, at=NOW, revenue="30")
    url = reverse("profiles:computed-new")
    fields = Form(publisher.get(url).content.decode()).fields
    fields |= {"measure": "sum", "of.event": "Order Completed", "step": "filter"}
    fields = Form(publisher.post(url, fields).content.decode()).fields
    fields |= {"property": "revenue", "of.where0.property": "kind", "of.where0.value": "gift"}
    page = publisher.post(url, {**fields, "step": "refresh"}).content.decode()
    assert "sum of revenue over “Order Completed” where kind is “gift” over all time" in page
    assert "exact, of 2 people" in page
    refused = publisher.post(url, {**fields, "step": "save"})
    assert (refused.status_code, ComputedTrait.objects.count()) == (422, 0)
    fields |= {"name": "Gifts", "slug": "gifts", "step": "save"}
    assert publisher.post(url, fields).status_code == 302
    trait = ComputedTrait.objects.get()
    url = reverse("profiles:computed-trait", args=[trait.key])
    assert 'hx-trigger="every 2s"' in publisher.get(url).content.decode()
    assert compute_requested(now=NOW) == 1
    page = publisher.get(url, headers={"HX-Request": "true"}).content.decode()
    assert ("<html" in page, "every 2s" in page) == (False, False)
    trait.refresh_from_db()
    assert (trait.slug, trait.value_count, trait.definition["measure"]) == ("gifts", 1, "sum")
    assert AuditEntry.objects.filter(verb="created", object_id=str(trait.key)).exists()
    edit = Form(publisher.get(reverse("profiles:computed-edit", args=[trait.key])).content.decode())
    assert edit.fields["of.where0.value"] == "gift"


def test_a_trait_page_shows_values_and_users_and_refuses_to_archive_while_used(publisher):
    ada = person("ada")
    order(ada)
    trait = define()
    live("Buyers", has("orders", "at_least", 1))
    page = publisher.get(reverse("profiles:computed-trait", args=[trait.key])).content.decode()
    assert "Buyers" in page
    publisher.post(reverse("profiles:computed-archive", args=[trait.key]))
    assert ComputedTrait.objects.get().status == "live"
    listed = publisher.get(reverse("profiles:computed")).content.decode()
    assert "computed.orders" in listed


def test_rfm_scores_are_added_with_one_button(publisher):
    order(person("ada"))
    publisher.post(reverse("profiles:computed-rfm"), {"event": "Order Completed"})
    slugs = list(ComputedTrait.objects.order_by("id").values_list("slug", flat=True))
    assert slugs == ["rfm_recency", "rfm_frequency", "rfm_monetary", "rfm"]
    assert "Being computed" in publisher.get(reverse("profiles:computed")).content.decode()
    page = publisher.get(reverse("profiles:computed")).content.decode()
    assert "score from 1 to 5" in page


def test_an_editor_may_try_but_not_compute(client, colleague):
    assign_role(colleague, Role.EDITOR)
    client.force_login(colleague)
    fields = {"measure": "count", "of.event": "Order Completed", "name": "N", "slug": "n"}
    url = reverse("profiles:computed-new")
    assert client.post(url, {**fields, "step": "refresh"}).status_code == 200
    assert client.post(url, {**fields, "step": "save"}).status_code == 403
    assert not ComputedTrait.objects.exists()
