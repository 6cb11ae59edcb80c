"""The rule builder inside the pages of other apps: the same tree, the same templates."""

from collections.abc import Mapping
from typing import Any

from profiles.contracts import RuleForm
from profiles.segments.forms.draft import DraftForm, check_draft, read_draft
from profiles.segments.forms.editing import KINDS, NEW
from profiles.segments.forms.operators import CHOICES
from profiles.segments.queries.names import field_choices
from profiles.segments.selectors import pages

_START = {"version": 1, "root": {"kind": "group", "match": "all", "rules": [NEW["count"]]}}


def open_rule(document: Mapping[str, Any] | None) -> RuleForm:
    """Show a rule, or a first condition where there is none yet."""
    draft = DraftForm(name="", description="", document=dict(document or _START))
    return _shown(check_draft(draft), with_errors=False)


def submit_rule(fields: Mapping[str, str]) -> RuleForm:
    """Read the posted tree and apply its step; errors show when somebody wanted to save."""
    return _shown(read_draft(fields), with_errors=fields.get("step") == "save")


def _shown(draft: DraftForm, *, with_errors: bool) -> RuleForm:
    names = pages.names_of_segments()
    return RuleForm(
        document=draft.document,
        is_complete=draft.rule is not None,
        sentence=pages.sentence(draft.rule, names) if draft.rule else None,
        context={
            "tree": draft.tree(with_errors=with_errors),
            "kinds": KINDS,
            "choices": CHOICES,
            "segment_names": names,
            "field_choices": field_choices(),
        },
    )
