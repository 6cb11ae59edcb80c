"""Advocates and their codes."""

import pytest

from kernel.errors import Unavailable
from kernel.testing.racing import run_together
from referrals.models import Advocate
from referrals.programs.services import find_shared_program, join_program, share_link
from tests.referrals.world import NOW, live_program, person


@pytest.fixture
def program(db):
    return live_program()


def test_asking_again_gives_the_same_codes(program):
    people = [person(name) for name in ("ada", "ben", "cem")]
    first = join_program(program.pk, people[:2], now=NOW)
    again = join_program(program.pk, [*people, people[0]], now=NOW)
    assert {who: again[who] for who in first} == first
    assert set(again) == set(people)
    assert len(set(again.values())) == 3
    assert Advocate.objects.count() == 3


def test_a_code_that_exists_is_drawn_again(program):
    letters = iter("A" * 10 + "A" * 10 + "B" * 10)
    codes = join_program(program.pk, [person("ada")], now=NOW, choose=lambda _: next(letters))
    assert list(codes.values()) == ["AAAAAAAAAA"]
    codes = join_program(program.pk, [person("ben")], now=NOW, choose=lambda _: next(letters))
    assert list(codes.values()) == ["BBBBBBBBBB"]


def test_when_no_free_code_is_drawn_the_caller_is_told(program):
    join_program(program.pk, [person("ada")], now=NOW, choose=lambda letters: letters[0])
    with pytest.raises(Unavailable):
        join_program(program.pk, [person("ben")], now=NOW, choose=lambda letters: letters[0])
    assert Advocate.objects.count() == 1


def test_the_last_draw_counts(program):
    join_program(program.pk, [person("ada")], now=NOW, choose=lambda letters: letters[0])
    letters = iter("0" * 20 + "C" * 10)
    codes = join_program(program.pk, [person("ben")], now=NOW, choose=lambda _: next(letters))
    assert list(codes.values()) == ["CCCCCCCCCC"]


def test_messages_link_to_the_oldest_live_program(db):
    assert find_shared_program() is None
    first, second = live_program("First"), live_program("Second")
    assert find_shared_program() == first.pk
    first.status = "ended"
    first.save()
    assert find_shared_program() == second.pk
    assert share_link("ABC").endswith("/r/ABC")


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_ask_at_once_get_the_same_code():
    program = live_program()
    ada = person("ada")
    first, second = run_together(
        *(lambda: join_program(program.pk, [ada], now=NOW) for _ in range(2))
    )
    assert first == second
    assert Advocate.objects.count() == 1
