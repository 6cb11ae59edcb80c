"""The page about mappings names what the language has, and its example can be used."""

import re
from pathlib import Path

from django.conf import settings

from profiles.webhooks.rules.mapping import Condition, Identities, Rule, read_mapping
from profiles.webhooks.rules.values import FromPath

PAGE = Path(settings.BASE_DIR, "docs", "reference", "webhook-mappings.md").read_text("utf-8")


def test_the_example_of_the_reference_can_be_used():
    [example] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert read_mapping(example).rules[0].name == "Order paid"


def test_every_member_of_the_language_is_described():
    members = {
        field.alias or name
        for model in (Rule, Condition, Identities, FromPath)
        for name, field in model.model_fields.items()
    }
    words = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    described = {
        word for code in re.findall(r"`([^`]+)`", words) for word in re.findall(r"\w+", code)
    }
    assert members - described == set()
