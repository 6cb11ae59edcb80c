"""Templates whose published version has an older shared block or brand kit, and their renewal."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from campaigns.content.editing import words_of
from campaigns.content.models import Template, TemplateVersion
from campaigns.content.piece_models import BrandKit, SharedBlock
from campaigns.content.services import publish_template
from campaigns.contracts import Channel, TemplateDraft
from kernel.errors import Invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """A template that has a piece in its live version, and which version of it; 0 = none yet."""

    template: Template
    number: int
    is_older: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """What became of renewing one template: its new version, or what keeps it from one."""

    name: str
    number: int
    problem: str = ""


def list_block_uses(block: SharedBlock) -> list[Use]:
    """List the templates with a shared block by name; one statement."""
    current = block.live_version.number if block.live_version else 0
    rows = _published().filter(live_version__blocks__has_key=block.slug)
    return [_use(row, _live(row).blocks[block.slug]["number"], current) for row in rows]


def list_kit_uses(kit: BrandKit) -> list[Use]:
    """List the templates that read brand values by name, with the version of this kit they keep."""
    current = kit.live_version.number if kit.live_version else 0
    found = []
    for row in _published().exclude(live_version__brand=[]):
        numbers = {pin["kit"]: pin["number"] for pin in _live(row).brand}
        found.append(_use(row, numbers.get(str(kit.key), 0), current))
    return found


def renew_templates(uses: Iterable[Use], *, actor: str, now: datetime) -> list[Renewal]:
    """Publish the live words of each older template again, with today's blocks and brand.

    Drafts that staff are writing stay as they are. Each template succeeds or fails by itself.
    """
    return [_renew(use.template, actor=actor, now=now) for use in uses if use.is_older]


def _renew(template: Template, *, actor: str, now: datetime) -> Renewal:
    try:
        version = publish_template(template, draft=_written(template), actor=actor, now=now)
    except Invalid as error:
        return Renewal(name=template.name, number=0, problem=error.message)
    return Renewal(name=template.name, number=version.number)


def _written(template: Template) -> TemplateDraft:
    """Return the live words of a template, in all languages, as they were written."""
    live, channel = _live(template), Channel(template.channel)
    translations = {
        words.locale: TemplateDraft(channel=channel, **words_of(words))
        for words in live.translations.order_by("locale")
    }
    return TemplateDraft(channel=channel, **words_of(live), translations=translations)


def _published() -> QuerySet[Template]:
    return (
        Template.objects.select_related("live_version").exclude(live_version=None).order_by("name")
    )


def _live(template: Template) -> TemplateVersion:
    if template.live_version is None:
        raise ValueError(f"Template {template.pk} is not published.")
    return template.live_version


def _use(template: Template, number: int, current: int) -> Use:
    return Use(template=template, number=number, is_older=number < current)
