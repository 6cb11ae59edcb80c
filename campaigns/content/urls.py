"""The pages of templates."""

from django.urls import path

from campaigns.content.views import (
    brand,
    composing,
    keeping,
    pages,
    shared,
    testing,
    translating,
    writing,
)

urlpatterns = [
    path("templates/", pages.templates, name="templates"),
    path("templates/new/", writing.new_template, name="template-new"),
    path("templates/languages/", translating.languages, name="template-languages"),
    path("templates/brand/", brand.kits, name="brand-kits"),
    path("templates/brand/new/", brand.new_kit, name="brand-kit-new"),
    path("templates/brand/sample/", brand.sample, name="brand-sample"),
    path("templates/brand/<uuid:key>/", brand.kit, name="brand-kit"),
    path("templates/brand/<uuid:key>/renew/", brand.renew, name="brand-kit-renew"),
    path("templates/brand/<uuid:key>/delete/", brand.delete, name="brand-kit-delete"),
    path("templates/blocks/", shared.blocks, name="shared-blocks"),
    path("templates/blocks/new/", shared.new_block, name="shared-block-new"),
    path("templates/blocks/<uuid:key>/", shared.block, name="shared-block"),
    path("templates/blocks/<uuid:key>/preview/", shared.preview, name="shared-block-preview"),
    path("templates/blocks/<uuid:key>/renew/", shared.renew, name="shared-block-renew"),
    path("templates/blocks/<uuid:key>/delete/", shared.delete, name="shared-block-delete"),
    path("templates/<uuid:key>/", pages.template, name="template"),
    path("templates/<uuid:key>/preview/", pages.preview, name="preview"),
    path("templates/<uuid:key>/versions/", pages.versions, name="template-versions"),
    path("templates/<uuid:key>/edit/", writing.edit, name="template-edit"),
    path(
        "templates/<uuid:key>/edit/preview/", writing.draft_preview, name="template-draft-preview"
    ),
    path("templates/<uuid:key>/edit/values/", writing.values, name="template-values"),
    path("templates/<uuid:key>/languages/add/", translating.add, name="template-locale-add"),
    path("templates/<uuid:key>/languages/copy/", translating.copy, name="template-locale-copy"),
    path(
        "templates/<uuid:key>/languages/remove/", translating.remove, name="template-locale-remove"
    ),
    path("templates/<uuid:key>/edit/blocks/", composing.compose, name="template-compose"),
    path("templates/<uuid:key>/edit/mjml/", composing.to_mjml, name="template-to-mjml"),
    path("templates/<uuid:key>/tags/", keeping.tags, name="template-tags"),
    path("templates/<uuid:key>/utm/", keeping.utm, name="template-utm"),
    path("templates/<uuid:key>/archive/", keeping.archive, name="template-archive"),
    path("templates/<uuid:key>/test/", testing.send, name="template-test"),
    path("templates/<uuid:key>/publish/", writing.publish, name="template-publish"),
    path("templates/<uuid:key>/discard/", writing.discard, name="template-discard"),
]
