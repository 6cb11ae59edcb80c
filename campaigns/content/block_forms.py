"""The side panel: a form for each kind of block, and one for the frame around all of them."""

from collections.abc import Callable
from typing import Any

from django import forms

from campaigns.content.piece_models import SharedBlock
from campaigns.content.rules.document import Block, Document, Social

_ALIGN = [("left", "Left"), ("center", "Centered"), ("right", "Right")]
_PATH = r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$"


def _line(label: str, help_text: str = "", **options: Any) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(
        label=label, help_text=help_text, required=False, max_length=500, **options
    )


def _address(label: str, help_text: str = "") -> Callable[[], forms.Field]:
    return lambda: forms.CharField(
        label=label, help_text=help_text, required=False, max_length=1000
    )


def _area(label: str, rows: int, help_text: str = "", *, limit: int) -> Callable[[], forms.Field]:
    return lambda: forms.CharField(
        label=label, help_text=help_text, required=False, max_length=limit, strip=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )  # fmt: skip


def _choice(label: str, choices: list[tuple[Any, str]]) -> Callable[[], forms.Field]:
    return lambda: forms.ChoiceField(label=label, choices=choices)


def _number(label: str, low: int, high: int, help_text: str = "") -> Callable[[], forms.Field]:
    return lambda: forms.IntegerField(
        label=label, min_value=low, max_value=high, help_text=help_text
    )


def _shared() -> forms.Field:
    blocks = SharedBlock.objects.exclude(live_version=None).order_by("name")
    choices = [("", "Choose one"), *((block.slug, block.name) for block in blocks)]
    return forms.ChoiceField(label="Shared block", choices=choices, required=False)


def _path() -> forms.Field:
    return forms.RegexField(
        _PATH, label="List of products", max_length=120,
        help_text="A list among the person's values: event.products is that of the event which "
        "began their journey.",
        error_messages={"invalid": "Names with dots between them, such as event.products."},
    )  # fmt: skip


def _social() -> forms.Field:
    return forms.CharField(
        label="Links", required=False, max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="One a line: Instagram https://instagram.com/you",
    )  # fmt: skip


_MARKUP = "An empty line begins a paragraph. **bold**, *italic*, [words](https://…)."
FIELDS: dict[str, dict[str, Callable[[], forms.Field]]] = {
    "heading": {
        "text": _line("Words", "Values in Liquid: {{ first_name | default: 'there' }}."),
        "level": _choice("Size", [("1", "Large"), ("2", "Middle"), ("3", "Small")]),
        "align": _choice("Stands", _ALIGN),
    },
    "text": {"text": _area("Words", 8, _MARKUP, limit=10_000), "align": _choice("Stands", _ALIGN)},
    "image": {
        "src": _address("Address of the picture", "https://, or a value."),
        "alt": _line("Description", "What the picture says, for who does not see it."),
        "href": _address("Link", "Opened by a tap; clicks are counted."),
        "width": _number("Width, pixels", 16, 600),
    },
    "button": {
        "label": _line("Words"),
        "href": _address("Link", "https://, or a value such as {{ referral.link }}."),
        "look": _choice("Look", [("filled", "Filled"), ("outline", "Outline")]),
        "align": _choice("Stands", _ALIGN),
    },
    "products": {
        "items": _path,
        "count": _number("At most", 1, 12),
        "button": _line("Words of the link", "Empty: no link."),
    },
    "spacer": {"height": _number("Height, pixels", 4, 200)},
    "social": {"links": _social},
    "shared": {"slug": _shared},
    "raw": {"mjml": _area("MJML", 10, "Sections, or what stands in a column.", limit=20_000)},
    "columns": {},
    "divider": {},
}


class BlockForm(forms.Form):
    """What can be set of one block."""

    def __init__(self, block: Block, posted: Any = None) -> None:
        super().__init__(posted, prefix="block", initial=_initial(block))
        self.block = block
        for name, make in FIELDS[block.kind].items():
            self.fields[name] = make()

    def focus_first(self) -> None:
        """Let the first field have the focus when the panel is shown."""
        for field in list(self.fields.values())[:1]:
            field.widget.attrs["autofocus"] = True

    def values(self) -> dict[str, Any]:
        """Return what the valid form says, as the block holds it."""
        found = {
            name: value.replace("\r\n", "\n") if isinstance(value, str) else value
            for name, value in self.cleaned_data.items()
        }
        if "level" in found:
            found["level"] = int(found["level"])
        return found

    def clean_links(self) -> list[dict[str, str]]:
        """Read the links, one a line: the last word is the address."""
        links = []
        for line in self.cleaned_data["links"].splitlines():
            if not line.strip():
                continue
            name, _, address = line.strip().rpartition(" ")
            if not name:
                raise forms.ValidationError(f"“{line.strip()[:80]}” needs a name and an address.")
            links.append({"name": name.strip(), "href": address})
        return links


class FrameForm(forms.Form):
    """What stands around the blocks."""

    preheader = forms.CharField(
        max_length=500, required=False, label="Preheader",
        help_text="What lists of messages show after the subject.",
    )  # fmt: skip
    header = forms.BooleanField(required=False, label="The logo on top")
    footer = forms.ChoiceField(
        label="Footer",
        choices=[
            ("full", "Legal address, preferences, unsubscribe"),
            ("address", "Legal address"),
            ("none", "None"),
        ],
    )
    preferences_label = forms.CharField(max_length=500, label="Words of the link to preferences")
    unsubscribe_label = forms.CharField(max_length=500, label="Words of the link to unsubscribe")

    def __init__(self, document: Document, posted: Any = None) -> None:
        super().__init__(posted, prefix="frame", initial=document.model_dump(exclude={"blocks"}))


def _initial(block: Block) -> dict[str, Any]:
    if isinstance(block, Social):
        return {"links": "\n".join(f"{link.name} {link.href}" for link in block.links)}
    return block.model_dump()
