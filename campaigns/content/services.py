"""Creating templates and publishing their versions."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.content.compiling import finish_draft, finish_translations
from campaigns.content.models import Template, TemplateVersion, Translation
from campaigns.content.pieces import load_pieces
from campaigns.content.sources import list_sources
from campaigns.contracts import MessageClass, TemplateDraft
from kernel.audit import record
from kernel.errors import Conflict


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

    MJML is compiled and Liquid parsed here, once, in every language; a missing text part is derived
    from the HTML.

    Raises:
        Invalid: a part cannot be compiled, or a marketing mail has no way to unsubscribe.
    """
    template = Template.objects.select_for_update().get(pk=template.pk)
    is_marketing = template.message_class == MessageClass.MARKETING
    pieces = load_pieces()
    words = finish_draft(draft, is_marketing=is_marketing, pieces=pieces)
    translations = finish_translations(draft.translations, is_marketing=is_marketing, pieces=pieces)
    everything = [words, *translations.values()]
    version = TemplateVersion.objects.create(
        template=template,
        number=template.versions.count() + 1,
        blocks={slug: pin for one in everything for slug, pin in one.blocks.items()},
        brand=next((one.brand for one in everything if one.brand), []),
        segments={name: key for one in everything for name, key in one.compiled.segments.items()},
        sources=sorted({source for one in everything for source in list_sources(one.compiled)}),
        published_at=now,
        **words.parts,
    )
    Translation.objects.bulk_create(
        Translation(version=version, locale=locale, **finished.parts)
        for locale, finished in translations.items()
    )
    template.live_version = version
    template.save(update_fields=["live_version"])
    record(
        actor=actor,
        verb="published",
        object_type="template",
        object_id=str(template.key),
        before=None,
        after={"name": template.name, "version": version.number, "locales": [*translations]},
        now=now,
    )
    return version
