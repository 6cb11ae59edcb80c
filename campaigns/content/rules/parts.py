"""What a message of each channel is made of. E-mail has rules of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from campaigns.contracts import Channel, TemplateDraft


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a message: `subject` and `text` are columns, every other name is a field."""

    name: str
    label: str
    is_required: bool = False
    choices: tuple[str, ...] = ()
    hint: str = ""


class BadPart(ValueError):
    """A part is missing or unknown. `part` is its path."""

    def __init__(self, part: str, message: str) -> None:
        super().__init__(message)
        self.part = part


_URL = Part(name="url", label="Link", hint="Opened by a tap; clicks are counted.")

PARTS: Mapping[Channel, tuple[Part, ...]] = MappingProxyType(
    {
        Channel.SMS: (Part(name="text", label="Text", is_required=True),),
        Channel.WHATSAPP: (
            Part(name="text", label="Text", is_required=True),
            Part(name="content_sid", label="Approved template", hint="Its id at the provider."),
            Part(name="content_variables", label="Values of the approved template", hint="JSON."),
        ),
        Channel.PUSH: (
            Part(name="subject", label="Title", is_required=True),
            Part(name="text", label="Body", is_required=True),
            _URL,
            Part(name="image", label="Picture"),
        ),
        Channel.WEBPUSH: (
            Part(name="subject", label="Title", is_required=True),
            Part(name="text", label="Body", is_required=True),
            _URL,
            Part(name="icon", label="Icon"),
        ),
        Channel.INAPP: (
            Part(name="subject", label="Title", is_required=True),
            Part(name="text", label="Body", is_required=True),
            Part(name="kind", label="Shown as", choices=("card", "banner")),
            Part(name="button", label="Button"),
            _URL,
        ),
        Channel.WEBHOOK: (
            Part(name="subject", label="Event type", is_required=True, hint="Such as cart.lost."),
            Part(name="text", label="Content as JSON", is_required=True),
        ),
        Channel.AUDIENCE: (
            Part(
                name="subject", label="Audience", is_required=True, hint="Its id at the platform."
            ),
            Part(name="action", label="Person is", choices=("add", "remove")),
        ),
        Channel.TASK: (
            Part(name="subject", label="Title", is_required=True),
            Part(name="text", label="What to say", is_required=True),
            Part(name="place", label="Store"),
        ),
    }
)


def check_parts(draft: TemplateDraft) -> None:
    """Raise `BadPart` for the first part that the channel needs or does not know."""
    parts = {part.name: part for part in PARTS[draft.channel]}
    unknown = sorted(set(draft.fields) - set(parts))
    if unknown:
        raise BadPart(
            f"fields.{unknown[0]}",
            f"A message on “{draft.channel}” has no “{unknown[0]}”. It has: {', '.join(parts)}.",
        )
    for name, part in parts.items():
        written = value_of(draft, name).strip()
        path = name if name in {"subject", "text"} else f"fields.{name}"
        if part.is_required and not written:
            raise BadPart(path, f"“{part.label}” is empty.")
        if part.choices and written and "{" not in written and written not in part.choices:
            known = ", ".join(part.choices)
            raise BadPart(path, f"“{part.label}” must be one of {known}, not “{written}”.")


def value_of(draft: TemplateDraft, name: str) -> str:
    """Return one part of a draft by name."""
    match name:
        case "subject":
            return draft.subject
        case "text":
            return draft.text
    return draft.fields.get(name, "")
