"""Reads of templates, and the cache of parsed versions."""

from functools import lru_cache
from uuid import UUID

from campaigns.content.models import Template, TemplateVersion
from campaigns.content.rules.rendering import CompiledWords, compile_words
from campaigns.extension_points import template_usages
from kernel.errors import NotFound
from profiles.contracts import UsedBy


@lru_cache(maxsize=512)
def get_compiled_words(version_id: int) -> CompiledWords:
    """Return the parsed templates of a version; parsed once per process, as versions never change."""
    version = TemplateVersion.objects.get(pk=version_id)
    return compile_words(version, brand=version.brand)


def get_live_version(template_id: int) -> TemplateVersion:
    """Return the version that new messages use; raises `NotFound` when nothing is published."""
    template = Template.objects.select_related("live_version").filter(pk=template_id).first()
    if template is None or template.live_version is None:
        raise NotFound(f"There is no published template {template_id}. Publish it first.")
    return template.live_version


def list_templates() -> list[Template]:
    """Return all templates by name, with their live versions."""
    return list(Template.objects.select_related("live_version").order_by("name"))


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
    """Return the parts of a version by name, as staff wrote them."""
    if version is None:
        return {}
    parts = {"subject": version.subject, "source": version.source, "text": version.text}
    return {name: text for name, text in {**parts, **version.fields}.items() if text}
