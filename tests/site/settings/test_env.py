from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured

from mcps_site.settings import env


@pytest.mark.parametrize(("text", "expected"), [
    ("1", True), ("TRUE", True), ("yes", True), ("on", True),
    ("0", False), ("False", False), ("no", False), ("off", False),
])  # fmt: skip
def test_yes_and_no_are_read_in_every_usual_form(monkeypatch, text, expected):
    monkeypatch.setenv("SOME_FLAG", text)
    assert env.flag("SOME_FLAG", default=not expected) is expected


def test_unreadable_value_names_the_variable_and_what_it_got(monkeypatch):
    monkeypatch.setenv("SOME_NUMBER", "many")
    with pytest.raises(ImproperlyConfigured, match=r"SOME_NUMBER must be a whole number.*“many”"):
        env.number("SOME_NUMBER", 3)
    monkeypatch.setenv("SOME_FLAG", "perhaps")
    with pytest.raises(ImproperlyConfigured, match=r"SOME_FLAG must be 1 or 0.*“perhaps”"):
        env.flag("SOME_FLAG", default=True)


def test_empty_variable_counts_as_not_set(monkeypatch):
    monkeypatch.setenv("SOME_TEXT", "")
    monkeypatch.setenv("SOME_FLAG", "")
    assert env.text("SOME_TEXT", "kept") == "kept"
    assert env.flag("SOME_FLAG", default=True) is True


def test_secret_is_read_from_the_file_that_the_variable_names(monkeypatch, tmp_path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    monkeypatch.setenv("SOME_TEXT", "from the variable")
    monkeypatch.setenv("SOME_TEXT_FILE", str(file))
    assert env.text("SOME_TEXT") == "from the file"
    monkeypatch.setenv("SOME_TEXT_FILE", str(tmp_path / "missing"))
    with pytest.raises(
        ImproperlyConfigured, match=r"SOME_TEXT_FILE names .*missing.*cannot be read"
    ):
        env.text("SOME_TEXT")


def test_list_is_split_at_commas_without_empty_names(monkeypatch):
    monkeypatch.setenv("SOME_NAMES", " a.example, b.example ,, ")
    assert env.names("SOME_NAMES") == ["a.example", "b.example"]


def test_amounts_are_read_by_name_and_a_wrong_one_is_named(monkeypatch):
    monkeypatch.setenv("SOME_PRICES", "email=0.001, sms = 0.07")
    assert env.amounts("SOME_PRICES") == {"email": Decimal("0.001"), "sms": Decimal("0.07")}
    monkeypatch.setenv("SOME_PRICES", "email=cheap")
    with pytest.raises(ImproperlyConfigured, match=r"SOME_PRICES must be like.*“email=cheap”"):
        env.amounts("SOME_PRICES")
