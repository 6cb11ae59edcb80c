"""Templates as a whole: their words in all languages, their tags, archiving."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from campaigns.content.compiling import clean_locales
from campaigns.content.editing import as_written, words_of
from campaigns.content.models import Template, WorkingDraft
from campaigns.content.rules.locales import BadLocale, read_locale
from campaigns.content.selectors import list_users
from campaigns.contracts import Channel, TemplateDraft
from kernel.audit import record
from kernel.errors import Conflict, Invalid


def check_language(text: str) -> str:
    """Return a language tag as it is written; raises `Invalid`."""
    try:
        return read_locale(text)
    except BadLocale as error:
        raise Invalid("language", str(error)) from None


def read_words(template: Template) -> TemplateDraft:
    """Return what staff are writing, else the live words, in all languages."""
    drafts = {draft.locale: as_written(draft) for draft in template.drafts.order_by("locale")}
    live = template.live_version
    if not drafts and live:
        channel = Channel(template.channel)
        drafts = {"": TemplateDraft(channel=channel, **words_of(live))} | {
            each.locale: TemplateDraft(channel=channel, **words_of(each))
            for each in live.translations.order_by("locale")
        }
    default = drafts.pop("", TemplateDraft(channel=Channel(template.channel)))
    return replace(default, translations=drafts)


@transaction.atomic
def replace_draft(template: Template, words: TemplateDraft, *, actor: str, now: datetime) -> None:
    """Replace the draft in all languages; a language that is not named is taken away.

    Raises:
        Invalid: a language tag is none.
    """
    Template.objects.select_for_update().get(pk=template.pk)
    WorkingDraft.objects.filter(template=template).delete()
    everything = {"": words, **clean_locales(words.translations)}
    WorkingDraft.objects.bulk_create(
        WorkingDraft(
            template=template, locale=locale, subject=each.subject, source=each.source,
            source_format=each.source_format, text=each.text, fields=dict(each.fields),
            saved_at=now, saved_by=actor,
        )
        for locale, each in everything.items()
    )  # fmt: skip


@transaction.atomic
def set_tags(template: Template, tags: Iterable[str], *, actor: str, now: datetime) -> Template:
    """Replace the tags by which staff find a template."""
    locked = Template.objects.select_for_update().get(pk=template.pk)
    before = locked.tags
    locked.tags = sorted({tag.strip().lower() for tag in tags if tag.strip()})
    if locked.tags != before:
        locked.save(update_fields=["tags"])
        record(
            actor=actor, verb="tagged", object_type="template", object_id=str(locked.key),
            before={"tags": before}, after={"tags": locked.tags}, now=now,
        )  # fmt: skip
    return locked


@transaction.atomic
def set_utm(
    template: Template, *, takes_utm: bool, campaign: str, actor: str, now: datetime
) -> None:
    """Say whether links of this template are marked, and with which `utm_campaign`; empty: the name."""
    locked = Template.objects.select_for_update().get(pk=template.pk)
    before = {"takes_utm": locked.takes_utm, "utm_campaign": locked.utm_campaign}
    after = {"takes_utm": takes_utm, "utm_campaign": campaign.strip()[:120]}
    if before != after:
        Template.objects.filter(pk=locked.pk).update(**after)
        record(
            actor=actor, verb="changed", object_type="template", object_id=str(locked.key),
            before=before, after=after, now=now,
        )  # fmt: skip


@transaction.atomic
def set_archived(template: Template, *, is_archived: bool, actor: str, now: datetime) -> Template:
    """Take a template out of use, or back into it. Its versions stay, for the messages they sent.

    Raises:
        Conflict: something sends it; the message names what.
    """
    locked = Template.objects.select_for_update().get(pk=template.pk)
    users = list_users(locked) if is_archived else []
    if users:
        names = ", ".join(f"“{one.name}” ({one.kind})" for one in users)
        raise Conflict(f"“{locked.name}” cannot be archived: {names} send it.")
    if locked.is_archived != is_archived:
        locked.is_archived = is_archived
        locked.save(update_fields=["is_archived"])
        record(
            actor=actor, verb="archived" if is_archived else "restored", object_type="template",
            object_id=str(locked.key), before=None, after={"name": locked.name}, now=now,
        )  # fmt: skip
    return locked
