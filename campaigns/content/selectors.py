"""Reads of templates, and the cache of parsed versions."""

from functools import lru_cache

from campaigns.content.models import Template, TemplateVersion
from campaigns.content.rules.rendering import CompiledWords, compile_words
from kernel.errors import NotFound


@lru_cache(maxsize=512)
def get_compiled_words(version_id: int) -> CompiledWords:
    """Return the parsed templates of a version; parsed once per process, as versions never change."""
    return compile_words(TemplateVersion.objects.get(pk=version_id))


def get_live_version(template_id: int) -> TemplateVersion:
    """Return the version that new messages use; raises `NotFound` when nothing is published."""
    template = Template.objects.select_related("live_version").filter(pk=template_id).first()
    if template is None or template.live_version is None:
        raise NotFound(f"There is no published template {template_id}. Publish it first.")
    return template.live_version


def list_templates() -> list[Template]:
    """Return all templates by name, with their live versions."""
    return list(Template.objects.select_related("live_version").order_by("name"))
