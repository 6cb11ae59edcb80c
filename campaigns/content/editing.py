"""Writing a template: one draft for each language, saved with every change, published together."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.content.models import Template, TemplateVersion, Translation, WorkingDraft
from campaigns.content.rules.document import Document, write_document
from campaigns.content.rules.html import derive_text
from campaigns.content.services import publish_template
from campaigns.contracts import Channel, MessageClass, TemplateDraft
from kernel.audit import record
from kernel.errors import Conflict, Invalid, NotFound

STARTING_MAIL = """<mjml>
  <mj-body>
    <mj-section>
      <mj-column>
        <mj-text>Hi {{ first_name | default: "there" }},</mj-text>
        <mj-text>Write here.</mj-text>
        <mj-text><a href="{{ unsubscribe_link }}">Unsubscribe</a></mj-text>
      </mj-column>
    </mj-section>
  </mj-body>
</mjml>
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a template is for. `topic` is the consent topic; empty = the whole channel.

    `language` is that of the default words.
    """

    channel: Channel
    message_class: MessageClass
    topic: str = ""
    language: str = "en"


@transaction.atomic
def start_template(
    name: str,
    *,
    key: UUID,
    purpose: Purpose,
    actor: str,
    now: datetime,
    is_composed: bool = False,
) -> Template:
    """Create a template of which nothing is published yet, with a draft to write in.

    `is_composed` makes an e-mail of blocks, without any yet, instead of MJML.

    Raises:
        Conflict: the name is taken.
    """
    if Template.objects.filter(name=name).exists():
        raise Conflict(f"A template named “{name}” exists. Choose another name.")
    template = Template.objects.create(
        key=key,
        name=name,
        channel=purpose.channel,
        message_class=purpose.message_class,
        topic=purpose.topic,
        language=purpose.language,
        created_at=now,
    )
    words = {}
    if purpose.channel is Channel.EMAIL:
        words = {"source": STARTING_MAIL}
        if is_composed:
            words = {"source": write_document(Document()), "source_format": "blocks"}
    WorkingDraft.objects.create(template=template, saved_at=now, saved_by=actor, **words)
    record(
        actor=actor, verb="created", object_type="template", object_id=str(template.key),
        before=None, after={"name": name, "channel": str(purpose.channel)}, now=now,
    )  # fmt: skip
    return template


@transaction.atomic
def open_draft(template: Template, *, actor: str, now: datetime, locale: str = "") -> WorkingDraft:
    """Return the draft; where there is none, it begins as the live version, in all its languages.

    Raises:
        NotFound: the draft has no such translation.
    """
    locked = Template.objects.select_for_update().get(pk=template.pk)
    if not WorkingDraft.objects.filter(template=locked).exists():
        saved = {"template": locked, "saved_at": now, "saved_by": actor}
        live = locked.live_version
        WorkingDraft.objects.create(**saved, **(words_of(live) if live else {}))
        for translation in live.translations.all() if live else []:
            words = words_of(translation)
            WorkingDraft.objects.create(locale=translation.locale, **saved, **words)
    draft = find_draft(locked, locale=locale)
    if draft is None:
        raise NotFound(f"The draft has no words in “{locale}”. They may have been removed.")
    return draft


def find_draft(template: Template, *, locale: str = "") -> WorkingDraft | None:
    """Return the draft that staff are writing, or `None`."""
    return WorkingDraft.objects.filter(template=template, locale=locale).first()


@transaction.atomic
def save_draft(
    draft: WorkingDraft, written: TemplateDraft, *, seen: int, actor: str, now: datetime
) -> WorkingDraft:
    """Save what staff wrote, finished or not. `seen` is the place the writer started from.

    Raises:
        Conflict: somebody else changed the draft after the writer opened it.
    """
    locked = WorkingDraft.objects.select_for_update().get(pk=draft.pk)
    if seen != locked.place and locked.saved_by != actor:
        raise Conflict(
            "Somebody else has changed this draft meanwhile. Copy your words, then load the page "
            "again: your last change is not saved."
        )
    if written == as_written(locked):
        return locked
    locked.subject, locked.source, locked.text = written.subject, written.source, written.text
    locked.source_format, locked.fields = written.source_format, dict(written.fields)
    locked.place, locked.saved_at, locked.saved_by = locked.place + 1, now, actor
    locked.save()
    return locked


@transaction.atomic
def publish_draft(template: Template, *, actor: str, now: datetime) -> TemplateVersion:
    """Publish what is written, in all languages, as the next version; the drafts are then closed.

    Raises:
        Conflict: nothing is being written.
        Invalid: a part is missing or cannot be compiled.
    """
    drafts = WorkingDraft.objects.select_for_update().filter(template=template)
    written = {draft.locale: as_written(draft) for draft in drafts.order_by("locale")}
    words = written.pop("", None)
    if words is None:
        raise Conflict(f"“{template.name}” has no draft to publish.")
    words = replace(words, translations=written)
    version = publish_template(template, draft=words, actor=actor, now=now)
    drafts.delete()
    return version


@transaction.atomic
def discard_drafts(template: Template, *, actor: str, now: datetime) -> None:
    """Throw away what is written since the live version.

    Raises:
        Conflict: nothing is published, so nothing would be left.
    """
    if template.live_version_id is None:
        raise Conflict(f"“{template.name}” was never published. There is nothing to go back to.")
    count, _ = WorkingDraft.objects.filter(template=template).delete()
    if count:
        record(
            actor=actor, verb="discarded", object_type="template", object_id=str(template.key),
            before=None, after={"drafts": count}, now=now,
        )  # fmt: skip


def as_written(draft: WorkingDraft) -> TemplateDraft:
    """Return a draft as the contract that publishing and previewing take."""
    return TemplateDraft(
        channel=Channel(draft.template.channel),
        subject=draft.subject,
        source=draft.source,
        source_format=draft.source_format,
        text=draft.text,
        fields=dict(draft.fields),
    )


def check_purpose(channel: str, message_class: str) -> tuple[Channel, MessageClass]:
    """Read channel and class as written by a client.

    Raises:
        Invalid: there is no such channel or class.
    """
    try:
        kind = Channel(channel)
    except ValueError:
        known = ", ".join(item.value for item in Channel)
        raise Invalid("channel", f"There is no channel “{channel}”. There are: {known}.") from None
    try:
        return kind, MessageClass(message_class)
    except ValueError:
        raise Invalid("message_class", "The class is marketing or transactional.") from None


def words_of(live: TemplateVersion | Translation) -> dict[str, Any]:
    """Return published words as they were written, by the parts of a draft."""
    return {
        "subject": live.subject,
        "source": live.source,
        "source_format": live.source_format,
        "text": "" if live.html and live.text == derive_text(live.html) else live.text,
        "fields": live.fields,
    }
