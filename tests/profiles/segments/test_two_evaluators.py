"""Two evaluators, one truth: compiled SQL and the in-memory evaluator agree on everything."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from profiles.segments.queries.membership import run_text
from profiles.segments.queries.names import resolve_names
from profiles.segments.queries.people import load_people
from profiles.segments.rules.compile import compile_members, compile_verdicts
from profiles.segments.rules.sqlbuilder import Scope
from profiles.segments.rules.tree import parse_rule
from tests.profiles.segments.strategies import NOW, account_trait, person, rules, standing
from tests.profiles.segments.world import keep_by, make_segments, name_account_traits, store

pytestmark = pytest.mark.django_db
PICKED = "WITH picked AS MATERIALIZED (SELECT unnest(%(ids)s::bigint[]) AS customer_id) "


@contextmanager
def undone():
    """Leave no trace of one example."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(rule=rules(), crowd=st.lists(person(), min_size=1, max_size=4), lead=st.floats(0, 0.999))
def test_sql_and_memory_agree(rule, crowd, lead):
    agree(rule, crowd, lead)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    one=standing(),
    crowd=st.lists(person(), min_size=1, max_size=4),
    policy=st.sampled_from(["newest", "oldest", "largest"]),
)
def test_sql_and_memory_agree_since_when_a_trait_has_stood(one, crowd, policy):
    agree({"root": {"rules": [one]}}, crowd, 0.5, policy=policy)


@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(one=account_trait(), crowd=st.lists(person(), min_size=1, max_size=4))
def test_sql_and_memory_agree_about_the_accounts_of_people(one, crowd):
    agree({"root": {"rules": [one]}}, crowd, 0.5)


def agree(rule, crowd, lead, *, policy="newest"):
    note(f"{rule}\n{crowd}")
    root = parse_rule(rule).root
    with undone():
        make_segments()
        name_account_traits()
        ids = store(crowd)
        keep_by(policy, ["plan", "tags", "score"])
        names = resolve_names(root.mentions())
        persons = load_people(ids, root)
        expected = {number: root.holds(person, NOW) for number, person in persons.items()}
        matching = {number for number, outcome in expected.items() if outcome.holds}

        for scope in (Scope.EACH, Scope.SET):
            statement = compile_verdicts(root, names, now=NOW, scope=scope)
            rows = run_text(PICKED + statement.text, {**statement.params, "ids": ids})
            verdicts = {number: (holds, at) for number, holds, at in rows}
            assert {n for n, (holds, _) in verdicts.items() if holds} == matching
            assert {n: verdicts[n][1] for n in expected} == {
                n: outcome.changes_at for n, outcome in expected.items()
            }
            assert all(verdicts[n] == (False, None) for n in set(ids) - set(expected))

        statement = compile_verdicts(root, names, now=NOW, scope=Scope.EVERYONE)
        rows = run_text(statement.text, statement.params)
        everyone = {number: (holds, at) for number, holds, at in rows if number in ids}
        assert {n for n, (holds, _) in everyone.items() if holds} == matching
        assert {n: at for n, (_, at) in everyone.items() if at} == {
            n: outcome.changes_at for n, outcome in expected.items() if outcome.changes_at
        }
        members = compile_members(root, names, now=NOW, scope=Scope.EVERYONE)
        found = {row[0] for row in run_text(members.text, members.params)}
        assert found & set(ids) == matching

    for number, outcome in expected.items():
        # Nothing changes by time alone before the moment that was announced.
        until = (outcome.changes_at - NOW) if outcome.changes_at else timedelta(days=400)
        later = root.holds(persons[number], NOW + until * lead)
        assert later.holds == outcome.holds
