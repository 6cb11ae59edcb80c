"""Which templates lack which languages, weighted by how many of the audience have them."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from campaigns.content.audience import draw_people, say_share
from campaigns.content.models import Template
from campaigns.content.rules.locales import is_missing, locale_of, pick_locale
from campaigns.content.selectors import list_locales
from kernel.stats.proportions import Counts, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """A language without words of its own: how many of the people asked have it."""

    language: str
    people: int
    share_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    """The live version of a template: its languages, and the ones that the audience lacks in it."""

    template: Template
    locales: tuple[str, ...]
    lacking: list[Lacking]
    people: int
    share_text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LanguageReport:
    """How far the published words go. `unknown` of the `asked` people have no known language."""

    asked: int
    unknown: int
    spoken: list[Lacking]
    templates: list[Coverage]


def report_languages(*, segment: UUID | None, now: datetime) -> LanguageReport:
    """Say for each published template who gets its default words for want of a translation.

    People are drawn as in `draw_people`; languages are those of their locales, without countries.
    Templates that most people miss come first. One statement for each template not asked before.
    """
    people = draw_people(segment, now=now)
    wanted = Counter(locale_of(person.traits, person.locale) for person in people)
    asked = len(people)
    rows = Template.objects.filter(live_version__isnull=False).order_by("name")
    covered = [_cover(template, wanted, asked=asked) for template in rows]
    return LanguageReport(
        asked=asked,
        unknown=wanted[""],
        spoken=_by_language({tag: count for tag, count in wanted.items() if tag}, asked=asked),
        templates=sorted(covered, key=lambda each: -each.people),
    )


def _cover(template: Template, wanted: Counter[str], *, asked: int) -> Coverage:
    locales = list_locales(template.live_version_id or 0)
    lacked = {
        tag: count
        for tag, count in wanted.items()
        if is_missing(tag, chosen=pick_locale(tag, locales), language=template.language)
    }
    total = sum(lacked.values())
    return Coverage(
        template=template,
        locales=locales,
        lacking=_by_language(lacked, asked=asked),
        people=total,
        share_text=_share(total, asked=asked),
    )


def _by_language(tags: dict[str, int], *, asked: int) -> list[Lacking]:
    counts: Counter[str] = Counter()
    for tag, count in tags.items():
        counts[tag.split("-")[0]] += count
    return [
        Lacking(language=language, people=count, share_text=_share(count, asked=asked))
        for language, count in counts.most_common()
    ]


def _share(count: int, *, asked: int) -> str:
    return say_share(wilson(Counts(converted=count, exposed=asked)))
