"""The languages of a draft: adding one, taking over the default words, taking one away."""

from datetime import datetime

from django.db import transaction

from campaigns.content.editing import open_draft
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.rules.locales import BadLocale, read_locale
from kernel.errors import Conflict, Invalid

MAX_LOCALES = 60
_WORDS = ("subject", "source", "source_format", "text", "fields")


@transaction.atomic
def add_locale(template: Template, text: str, *, actor: str, now: datetime) -> WorkingDraft:
    """Add a language to the draft; it begins as a copy of the default words.

    Raises:
        Invalid: the text is no language tag, or there are too many languages.
        Conflict: the draft has this language, or its default words are in it.
    """
    try:
        locale = read_locale(text)
    except BadLocale as error:
        raise Invalid("locale", str(error)) from None
    default = open_draft(template, actor=actor, now=now)
    drafts = WorkingDraft.objects.filter(template=template)
    if locale == template.language:
        raise Conflict(f"The default words are in “{locale}” already.")
    if drafts.filter(locale=locale).exists():
        raise Conflict(f"The draft has words in “{locale}” already.")
    if drafts.count() > MAX_LOCALES:
        raise Invalid("locale", f"A template has at most {MAX_LOCALES} languages.")
    words = {name: getattr(default, name) for name in _WORDS}
    return WorkingDraft.objects.create(
        template=template, locale=locale, saved_at=now, saved_by=actor, **words
    )


@transaction.atomic
def copy_default(template: Template, locale: str, *, actor: str, now: datetime) -> WorkingDraft:
    """Replace the words of a language by the default ones, to translate them anew.

    Raises:
        NotFound: the draft has no such language.
    """
    default = open_draft(template, actor=actor, now=now)
    draft = open_draft(template, actor=actor, now=now, locale=locale)
    for name in _WORDS:
        setattr(draft, name, getattr(default, name))
    # Its steps back led to other words.
    draft.edits.all().delete()
    draft.place, draft.saved_at, draft.saved_by = draft.place + 1, now, actor
    draft.save()
    return draft


@transaction.atomic
def remove_locale(template: Template, locale: str, *, actor: str, now: datetime) -> None:
    """Take a language out of the draft; the live version keeps it until the draft is published.

    Raises:
        NotFound: the draft has no such language.
        Conflict: these are the default words.
    """
    if not locale:
        raise Conflict("A template cannot be without default words.")
    open_draft(template, actor=actor, now=now, locale=locale).delete()


def list_draft_locales(template: Template) -> list[str]:
    """Return the further languages of the draft, by tag."""
    rows = WorkingDraft.objects.filter(template=template).exclude(locale="")
    return list(rows.order_by("locale").values_list("locale", flat=True))
