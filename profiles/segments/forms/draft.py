"""The builder's form as a whole: name, description, the tree, and the step that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from profiles.segments.forms.editing import apply_step
from profiles.segments.forms.reading import FormReader
from profiles.segments.forms.showing import NodeShown, errors_by_place, show_rule
from profiles.segments.rules.tree import SegmentRule
from profiles.segments.selectors.authoring import RuleRefused, read_rule

Document = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class DraftForm:
    """What was submitted, the rule if it can be used, and the tree to draw."""

    name: str
    description: str
    document: Document
    rule: SegmentRule | None = None
    errors: list[tuple[str, str]] = field(default_factory=list)
    name_error: str = ""

    def tree(self, *, with_errors: bool) -> NodeShown:
        """Return the tree to draw; errors wait until somebody wants to save."""
        return show_rule(self.document, errors_by_place(self.errors) if with_errors else {})


def read_draft(fields: Mapping[str, str]) -> DraftForm:
    """Read a submitted form, apply its step, and check the rule."""
    document = apply_step(FormReader(fields).document(), fields.get("step", ""))
    return check_draft(
        DraftForm(
            name=fields.get("name", "").strip()[:200],
            description=fields.get("description", "").strip()[:1_000],
            document=document,
        )
    )


def check_draft(draft: DraftForm) -> DraftForm:
    """Read the rule of a draft; its errors stay with it instead of being raised."""
    try:
        draft.rule = read_rule(draft.document)
    except RuleRefused as refused:
        draft.errors = refused.errors
    return draft
