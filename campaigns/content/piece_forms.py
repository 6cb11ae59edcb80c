"""Forms of brand kits and shared blocks."""

from typing import Any

from django import forms

from campaigns.channels.models import Sender
from campaigns.content.branding import KitDraft, read_values, values_of
from campaigns.content.forms import MAX_SOURCE
from campaigns.content.piece_models import KIND_CHOICES, BrandKit, SharedBlock
from campaigns.content.rules.brand import COLORS
from campaigns.contracts import Channel
from kernel.errors import Invalid
from kernel.ui.forms import show_error

_COLOR_LABELS = {
    "primary": ("Main color", "Buttons and links."),
    "on_primary": ("Words on the main color", ""),
    "background": ("Background", "Around the message."),
    "surface": ("Paper", "Behind the words."),
    "text": ("Words", ""),
    "muted": ("Quiet words", "The footer."),
}


class BrandForm(forms.Form):
    """One brand kit: its values, the sender of its market."""

    name = forms.CharField(max_length=120, label="Name of the kit", help_text="Only staff see it.")
    company = forms.CharField(max_length=120, required=False, label="Name of the brand")
    website = forms.CharField(max_length=500, required=False, label="Website")
    logo_url = forms.CharField(
        max_length=500, required=False, label="Address of the logo",
        help_text="A picture on the web, https://. Without one the name stands there.",
    )  # fmt: skip
    logo_width = forms.IntegerField(
        min_value=16, max_value=560, initial=120, label="Width of the logo, pixels"
    )
    heading_font = forms.CharField(max_length=200, label="Fonts of headings")
    body_font = forms.CharField(
        max_length=200,
        label="Fonts of words",
        help_text="Those that computers have: Georgia, serif.",
    )
    footer = forms.CharField(
        max_length=1000, required=False, label="Footer",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The legal address. Links to preferences and to unsubscribe follow by themselves.",
    )  # fmt: skip
    voice = forms.CharField(
        max_length=4000, required=False, label="Voice",
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="How the brand speaks; shown to who writes, never sent.",
    )  # fmt: skip
    markets = forms.CharField(
        max_length=300, required=False, label="Markets",
        help_text="Countries as two letters, such as DE, AT. Their people see this kit; all others "
        "see the default one.",
    )  # fmt: skip
    sender = forms.ModelChoiceField(
        Sender.objects.none(), required=False, label="Sender", to_field_name="key",
        empty_label="The default sender of e-mail",
        help_text="Sends e-mail to people of these markets, unless a message chooses another.",
    )  # fmt: skip
    is_default = forms.BooleanField(required=False, label="The default kit")

    def __init__(self, kit: BrandKit | None, posted: Any = None) -> None:
        values = values_of(kit) if kit else read_values({})
        initial = values.model_dump() | {"markets": ", ".join(values.markets)}
        if kit:
            sender = kit.sender.key if kit.sender else None
            initial |= {"name": kit.name, "sender": sender, "is_default": kit.is_default}
        super().__init__(posted, initial=initial)
        for color in COLORS:
            label, help_text = _COLOR_LABELS[color]
            self.fields[color] = forms.CharField(
                label=label, help_text=help_text, widget=forms.TextInput(attrs={"type": "color"})
            )
        senders = Sender.objects.filter(channel=Channel.EMAIL.value).order_by("name")
        self.fields["sender"].queryset = senders  # type: ignore[attr-defined]
        if kit and kit.is_default:
            del self.fields["is_default"]

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Return the fields as the page parts them."""
        parts = {
            "Name and logo": ("name", "company", "website", "logo_url", "logo_width"),
            "Colors": COLORS,
            "Type": ("heading_font", "body_font"),
            "Words": ("footer", "voice"),
            "Market and sender": ("markets", "sender", "is_default"),
        }
        return [
            (title, [self[name] for name in names if name in self.fields])
            for title, names in parts.items()
        ]

    def clean(self) -> dict[str, Any]:
        """Read the values together; what cannot be is said at its field."""
        found = super().clean() or {}
        if self.errors:
            return found
        own = {"name", "sender", "is_default"}
        try:
            values = {name: value for name, value in found.items() if name not in own}
            self.draft = KitDraft(
                name=found["name"],
                values=read_values({**values, "footer": found["footer"].replace("\r\n", "\n")}),
                sender=found["sender"].key if found["sender"] else None,
                is_default=bool(found.get("is_default")),
            )
        except Invalid as error:
            show_error(self, error)
        return found


class SharedBlockForm(forms.Form):
    """One shared block; slug and kind are chosen once."""

    name = forms.CharField(max_length=120, label="Name", help_text="Only staff see it.")
    slug = forms.SlugField(
        max_length=64, label="Slug", help_text='How templates name it: {% render "slug" %}.'
    )
    kind = forms.ChoiceField(choices=KIND_CHOICES, label="Stands")
    source = forms.CharField(
        max_length=MAX_SOURCE, strip=False, label="Words",
        widget=forms.Textarea(attrs={"rows": 14, "class": "input code", "spellcheck": "false"}),
        help_text="Liquid, with values of the person and of the brand: {{ brand.company }}. "
        "Arguments that a template gives, as in {% render \"slug\", label: \"Look\" %}, are values, too.",
    )  # fmt: skip

    def __init__(self, block: SharedBlock | None, posted: Any = None) -> None:
        initial = {}
        if block and block.live_version:
            initial = {"name": block.name, "source": block.live_version.source}
        super().__init__(posted, initial=initial)
        if block:
            del self.fields["slug"], self.fields["kind"]

    def clean_source(self) -> str:
        """Return the words with the line ends of files, not of browsers."""
        return str(self.cleaned_data["source"]).replace("\r\n", "\n")
