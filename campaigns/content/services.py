"""Creating templates and publishing their versions."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from campaigns.content.compiling import finish_draft
from campaigns.content.models import Template, TemplateVersion
from campaigns.content.pieces import load_pieces
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

    MJML is compiled and Liquid parsed here, once; a missing text part is derived from the HTML.

    Raises:
        Invalid: a part cannot be compiled, or a marketing mail has no way to unsubscribe.
    """
    template = Template.objects.select_for_update().get(pk=template.pk)
    is_marketing = template.message_class == MessageClass.MARKETING
    words = finish_draft(draft, is_marketing=is_marketing, pieces=load_pieces())
    version = TemplateVersion.objects.create(
        template=template,
        number=template.versions.count() + 1,
        subject=words.subject,
        source=words.source,
        source_format=words.source_format,
        html=words.html,
        text=words.text,
        fields=words.fields,
        blocks=words.blocks,
        brand=words.brand,
        published_at=now,
    )
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
