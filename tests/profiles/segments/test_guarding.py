"""The cost guard refuses a rule before it is kept, names the dearest condition, and says why."""

import pytest
from django.urls import reverse

from kernel.access.roles import Role
from kernel.access.staff import assign_role
from profiles.models import Segment
from profiles.segments.queries.costs import estimate_cost
from profiles.segments.queries.names import resolve_names
from profiles.segments.rules.tree import parse_rule
from profiles.segments.selectors.authoring import RuleRefused
from profiles.segments.services.publishing import create_segment
from tests.profiles.segments.strategies import NOW
from tests.profiles.segments.test_refreshing import bought, person, plan_is
from tests.profiles.segments.world import add_touch

pytestmark = pytest.mark.django_db
EVER = {**bought(), "window": {"kind": "ever"}}


def test_a_rule_that_reads_too_much_is_not_kept_and_the_dearest_condition_is_named(settings):
    settings.SEGMENT_MOST_SECONDS = 0
    add_touch(person("ada"), event="Order Completed", occurred_at=NOW)
    with pytest.raises(RuleRefused) as refused:
        create_segment(name="Dear", rule={"root": {"rules": [plan_is("pro"), EVER]}}, now=NOW)
    [(path, message)] = refused.value.errors
    assert path == "root.rules.1"
    assert "rows and take about" in message
    assert "Give it a window" in message
    assert not Segment.objects.exists()


def test_the_estimate_grows_with_what_there_is_to_read():
    root = parse_rule({"root": {"rules": [EVER]}}).root
    names = resolve_names(root.mentions())
    before = estimate_cost(root, names, now=NOW)
    both = parse_rule({"root": {"rules": [EVER, EVER, EVER]}}).root
    assert estimate_cost(both, names, now=NOW).seconds > before.seconds > 0


def test_the_builder_shows_the_refusal_at_the_condition(client, colleague, settings):
    assign_role(colleague, Role.EDITOR)
    client.force_login(colleague)
    settings.SEGMENT_MOST_SECONDS = 0
    fields = {"name": "Dear", "0.kind": "count", "0.event": "Order Completed", "0.window": "ever"}
    page = client.post(reverse("profiles:segment-new"), {**fields, "step": "save"})
    assert page.status_code == 422
    assert "This condition costs most." in page.content.decode()
