"""Reads of templates, and the cache of parsed versions."""

from dataclasses import replace
from functools import lru_cache
from uuid import UUID

from campaigns.content.compiling import compile_published
from campaigns.content.models import Template, TemplateVersion, Translation
from campaigns.content.rules.locales import pick_locale
from campaigns.content.rules.rendering import CompiledWords
from campaigns.extension_points import template_usages
from kernel.errors import NotFound
from profiles.contracts import UsedBy


@lru_cache(maxsize=1024)
def get_compiled_words(version_id: int, locale: str = "") -> CompiledWords:
    """Return the parsed templates of a version; parsed once per process, as versions never change.

    An empty locale stands for the default words.
    """
    version = TemplateVersion.objects.get(pk=version_id)
    words = version.translations.get(locale=locale) if locale else version
    compiled = compile_published(words, blocks=version.blocks, brand=version.brand)
    return replace(compiled, segments=version.segments)


@lru_cache(maxsize=4096)
def list_locales(version_id: int) -> tuple[str, ...]:
    """Return the further languages of a version by tag; read once, as versions never change."""
    rows = Translation.objects.filter(version_id=version_id).order_by("locale")
    return tuple(rows.values_list("locale", flat=True))


def choose_words(version_id: int, wanted: str) -> str:
    """Return the locale of the words that somebody with a wanted locale gets; empty: the default."""
    return pick_locale(wanted, list_locales(version_id))


def list_templates(*, tag: str = "", is_archived: bool = False) -> list[Template]:
    """Return the templates in use by name, with their live versions; or those with a tag, or archived."""
    rows = Template.objects.select_related("live_version").filter(is_archived=is_archived)
    return list((rows.filter(tags__contains=[tag]) if tag else rows).order_by("name"))


def list_tags() -> list[str]:
    """Return the tags of the templates in use."""
    rows = Template.objects.filter(is_archived=False).values_list("tags", flat=True)
    return sorted({tag for tags in rows for tag in tags})


def get_template(key: UUID) -> Template:
    """Return a template by key, published or not; raises `NotFound`."""
    found = Template.objects.select_related("live_version").filter(key=key).first()
    if found is None:
        raise NotFound("There is no such template.")
    return found


def list_users(template: Template) -> list[UsedBy]:
    """List what sends a template: live journeys and whatever else registered itself."""
    return [one for _, usage in template_usages.items() for one in usage.list_users(template.key)]


def parts_of(version: TemplateVersion | None) -> dict[str, str]:
    """Return the parts of a version by name, in all its languages, as staff wrote them."""
    if version is None:
        return {}
    found = _parts_of(version)
    for translation in version.translations.order_by("locale"):
        parts = _parts_of(translation).items()
        found |= {f"{name} ({translation.locale})": text for name, text in parts}
    return found


def _parts_of(words: TemplateVersion | Translation) -> dict[str, str]:
    parts = {"subject": words.subject, "source": words.source, "text": words.text}
    return {name: text for name, text in {**parts, **words.fields}.items() if text}
