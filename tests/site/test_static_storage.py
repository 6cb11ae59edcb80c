"""Production's static files: bundled, hashed, compressed."""

import json
import re

import pytest
from django.core.management import call_command


@pytest.fixture
def collected(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "mcps_site.static_storage.BundledStaticStorage"},
    }
    call_command("collectstatic", interactive=False, verbosity=0)
    names = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    return tmp_path, names


def test_a_page_loads_one_style_sheet_with_all_layers(collected):
    folder, names = collected
    text = (folder / names["css/app.css"]).read_text()
    assert "@import" not in text
    assert text.index("@layer django-admin, reset") < text.index("@layer tokens {")
    assert "--brand:" in text
    assert text.count("{") == text.count("}")


def test_modules_import_each_other_by_hashed_names(collected):
    folder, names = collected
    text = (folder / names["js/app.js"]).read_text()
    found = re.findall(r'import "\./([\w.]+)"', text)
    assert f"js/{found[0]}" == names["js/behavior.js"]
    assert all(re.fullmatch(r"\w+\.[0-9a-f]{12}\.js", name) for name in found)


def test_files_are_compressed(collected):
    folder, names = collected
    assert (folder / f"{names['css/app.css']}.gz").stat().st_size < 15_000


def test_the_records_sheet_imports_the_admins_own_by_its_hashed_name(collected):
    folder, names = collected
    base = names["admin/css/base.css"]
    assert f'url("../{base}")' in (folder / names["css/admin.css"]).read_text()
