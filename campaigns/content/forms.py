"""Forms of staff about templates."""

from typing import Any

from django import forms

from campaigns.channels.words import CHANNELS
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.rules.locales import BadLocale, read_locale
from campaigns.content.rules.parts import PARTS, Part
from campaigns.contracts import Channel, TemplateDraft

MAX_SOURCE = 200_000


class NewTemplateForm(forms.Form):
    name = forms.CharField(max_length=120, label="Name", help_text="Only staff see it.")
    channel = forms.ChoiceField(
        label="Channel", choices=[(item.value, label) for item, label in CHANNELS.items()]
    )
    made_of = forms.ChoiceField(
        label="An e-mail is made of", required=False,
        choices=[("blocks", "Blocks: put together, no code"), ("mjml", "MJML or HTML code")],
        help_text="Blocks can be turned into MJML later, not the other way. Other channels ignore "
        "it.",
    )  # fmt: skip
    message_class = forms.ChoiceField(
        label="Class",
        choices=[("marketing", "Marketing"), ("transactional", "Transactional")],
        help_text="Transactional: what a person must know about something they did. It needs no "
        "consent and counts under no cap.",
    )
    topic = forms.SlugField(
        max_length=64, required=False, label="Topic",
        help_text="The consent topic, such as news. Empty means the whole channel.",
    )  # fmt: skip

    language = forms.CharField(
        max_length=16, initial="en", required=False, label="Language of the default words",
        help_text="A tag such as en or de-AT; empty means en. Translations into others are added while writing.",
    )  # fmt: skip

    def clean_language(self) -> str:
        try:
            return read_locale(self.cleaned_data["language"] or "en")
        except BadLocale as error:
            raise forms.ValidationError(str(error)) from None


class DraftForm(forms.Form):
    """The parts of a message on one channel; half-finished words are valid here."""

    def __init__(self, draft: WorkingDraft, posted: Any = None) -> None:
        super().__init__(posted, auto_id="id_%s")
        self.draft = draft
        self.channel = Channel(draft.template.channel)
        if self.channel is Channel.EMAIL:
            self._add_mail_parts()
        else:
            for part in PARTS[self.channel]:
                self._add_part(part)

    def written(self) -> TemplateDraft:
        """Return what the valid form says."""
        found = self.cleaned_data
        own = {"subject", "text", "source", "source_format"}
        return TemplateDraft(
            channel=self.channel,
            subject=found.get("subject", ""),
            text=found.get("text", ""),
            source=found.get("source", self.draft.source).replace("\r\n", "\n"),
            source_format=found.get("source_format") or self.draft.source_format,
            fields={
                name.removeprefix("fields."): value
                for name, value in found.items()
                if name not in own and value
            },
        )

    def _add_mail_parts(self) -> None:
        self.fields["subject"] = forms.CharField(
            label="Subject", required=False, max_length=500, strip=False,
            initial=self.draft.subject,
        )  # fmt: skip
        if self.draft.source_format != "blocks":
            self._add_source()
        self.fields["text"] = forms.CharField(
            label="Plain text", required=False, max_length=MAX_SOURCE, strip=False,
            initial=self.draft.text, widget=forms.Textarea(attrs={"rows": 4}),
            help_text="Empty: made from the HTML.",
        )  # fmt: skip

    def _add_source(self) -> None:
        self.fields["source_format"] = forms.ChoiceField(
            label="Written in", choices=[("mjml", "MJML"), ("html", "HTML")], required=False,
            initial=self.draft.source_format,
        )  # fmt: skip
        self.fields["source"] = forms.CharField(
            label="Source", required=False, max_length=MAX_SOURCE, strip=False,
            initial=self.draft.source,
            widget=forms.Textarea(
                attrs={"rows": 26, "class": "input code writing__source", "spellcheck": "false"}
            ),
            help_text="Values in Liquid: {{ first_name | default: \"there\" }}.",
        )  # fmt: skip

    def _add_part(self, part: Part) -> None:
        own = part.name in {"subject", "text"}
        name = part.name if own else f"fields.{part.name}"
        current = getattr(self.draft, part.name) if own else self.draft.fields.get(part.name, "")
        help_text = part.hint or ("" if part.is_required else "May stay empty.")
        if part.choices:
            self.fields[name] = forms.ChoiceField(
                label=part.label, required=False, initial=current, help_text=help_text,
                choices=[("", "Not set"), *((choice, choice) for choice in part.choices)],
            )  # fmt: skip
            return
        area = forms.Textarea(attrs={"rows": 6}) if part.name == "text" else None
        self.fields[name] = forms.CharField(
            label=part.label, required=False, max_length=MAX_SOURCE, strip=False,
            initial=current, help_text=help_text, widget=area,
        )  # fmt: skip


def label_of(template: Template, field: str) -> str:
    """Return the name of a part as the form shows it, with its language unless that is the default."""
    locale = locale_of_field(field)
    if locale:
        own = field.removeprefix(f"translations.{locale}.")
        return f"{label_of(template, own)} ({locale})"
    name = field.removeprefix("fields.")
    if template.channel == Channel.EMAIL:
        return {"subject": "Subject", "source": "Source", "text": "Plain text"}.get(name, name)
    labels = {part.name: part.label for part in PARTS[Channel(template.channel)]}
    return labels.get(name, name)


def locale_of_field(field: str) -> str:
    """Return the language that a field of a draft belongs to; empty = the default words."""
    return field.split(".")[1] if field.startswith("translations.") else ""
