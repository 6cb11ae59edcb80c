"""Creating templates and publishing their versions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from campaigns.content.models import Template, TemplateVersion
from campaigns.content.rules.html import BadSource, compile_source, derive_text
from campaigns.content.rules.parts import BadPart, check_parts
from campaigns.content.rules.rendering import (
    BadTemplate,
    PersonalLinks,
    Refusal,
    Rendered,
    compile_words,
    present_values,
    render_words,
    trait_values,
)
from campaigns.content.selectors import get_compiled_words
from campaigns.contracts import Channel, MessageClass, TemplateDraft
from campaigns.extension_points import merge_sources
from kernel.audit import record
from kernel.errors import Conflict, Invalid
from profiles import facade as profiles
from profiles.contracts import IdentityRef


@transaction.atomic
def create_template(
    name: str,
    *,
    key: UUID,
    draft: TemplateDraft,
    purpose: tuple[MessageClass, str],
    actor: str,
    now: datetime,
) -> Template:
    """Create a template and publish its first version. `purpose` is message class and topic.

    Raises:
        Conflict: the name is taken.
        Invalid: see `publish_template`.
    """
    if Template.objects.filter(name=name).exists():
        raise Conflict(f"A template named “{name}” exists. Choose another name.")
    message_class, topic = purpose
    template = Template.objects.create(
        key=key,
        name=name,
        channel=draft.channel,
        message_class=message_class,
        topic=topic,
        created_at=now,
    )
    template.live_version = publish_template(template, draft=draft, actor=actor, now=now)
    return template


@transaction.atomic
def publish_template(
    template: Template, *, draft: TemplateDraft, actor: str, now: datetime
) -> TemplateVersion:
    """Publish a new version and make it the live one; journeys keep the version they hold.

    MJML is compiled and Liquid parsed here, once; a missing text part is derived from the HTML.

    Raises:
        Invalid: a part cannot be compiled, or a marketing mail has no way to unsubscribe.
    """
    template = Template.objects.select_for_update().get(pk=template.pk)
    version = TemplateVersion(
        template=template,
        number=template.versions.count() + 1,
        subject=draft.subject,
        source=draft.source,
        source_format=draft.source_format,
        fields={name: text for name, text in draft.fields.items() if text.strip()},
        published_at=now,
    )
    _compile(version, draft=draft, is_marketing=template.message_class == MessageClass.MARKETING)
    version.save()
    template.live_version = version
    template.save(update_fields=["live_version"])
    record(
        actor=actor,
        verb="published",
        object_type="template",
        object_id=str(template.key),
        before=None,
        after={"name": template.name, "version": version.number},
        now=now,
    )
    return version


def _compile(version: TemplateVersion, *, draft: TemplateDraft, is_marketing: bool) -> None:
    if draft.channel is Channel.EMAIL:
        _require_mail_parts(draft, is_marketing=is_marketing)
        try:
            version.html = compile_source(draft.source, draft.source_format)
        except BadSource as error:
            raise Invalid("source", str(error)) from None
    else:
        try:
            check_parts(draft)
        except BadPart as error:
            raise Invalid(error.part, str(error)) from None
    version.text = draft.text or derive_text(version.html)
    try:
        compile_words(version)
    except BadTemplate as error:
        raise Invalid(error.part, str(error)) from None


def _require_mail_parts(draft: TemplateDraft, *, is_marketing: bool) -> None:
    if not draft.subject.strip():
        raise Invalid("subject", "An e-mail needs a subject.")
    if not draft.source.strip():
        raise Invalid("source", "An e-mail needs a body in MJML or HTML.")
    if is_marketing and "unsubscribe_link" not in draft.source:
        raise Invalid(
            "source",
            "A marketing e-mail needs a way to unsubscribe: link to {{ unsubscribe_link }}.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A message as one person would get it; `person` is empty when sample values stand in."""

    words: Rendered | Refusal
    person: str
    names: list[str]


def preview_template(template: Template, *, person: str, now: datetime) -> Preview:
    """Render the live version for the person with an e-mail address, or with sample values.

    Nothing is sent and nothing recorded; links lead nowhere.
    """
    compiled = get_compiled_words(template.live_version_id or 0)
    customer = profiles.find_customer(IdentityRef(kind="email", value=person)) if person else None
    values: dict[str, Any] = {name: f"[{name}]" for name in compiled.names}
    for key, source in merge_sources.items():
        values[key] = dict(source.samples)
    if customer:
        traits = trait_values(customer.traits)
        values = {**traits, "customer": traits}
        for key, source in merge_sources.items():
            if key in compiled.names:
                values[key] = present_values(
                    source.values([customer.id], now=now).get(customer.id, {})
                )
    links = PersonalLinks(unsubscribe="#", open_pixel="data:,", track=lambda target: target)
    return Preview(
        words=render_words(compiled, values=values, links=links),
        person=customer.display_name if customer else "",
        names=sorted(compiled.names),
    )
