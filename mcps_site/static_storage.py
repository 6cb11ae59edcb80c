"""Static files in production: one style sheet, names with a hash, compressed, cached for ever."""

import re
from collections.abc import Iterator
from typing import Any, Final

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

Paths = dict[str, tuple[Storage, str]]
BUNDLED: Final = "css/app.css"
_IMPORT: Final = re.compile(r'@import url\("(?P<name>[\w.]+)"\) layer\((?P<layer>[\w-]+)\);')


class BundledStaticStorage(CompressedManifestStaticFilesStorage):
    """Puts the imported style sheets into the one that imports them, then hashes and compresses.

    A page then loads one style sheet instead of forty. Modules keep their files: the names in
    their imports are replaced by those with a hash.
    """

    # Django's own replacing of imports reads every script, also the comments of other packages.
    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((r"""(?P<matched>(?<=["'])(?P<url>\./[\w.]+\.js)(?=["'];))""", "%(url)s"),)),
    )

    def post_process(self, paths: Paths, *args: Any, **options: Any) -> Iterator[Any]:
        """Bundle before the files are hashed."""
        if not options.get("dry_run") and BUNDLED in paths:
            self.delete(BUNDLED)
            self.save(BUNDLED, ContentFile(bundle(paths).encode()))
            paths[BUNDLED] = (self, BUNDLED)
        yield from super().post_process(paths, *args, **options)


def bundle(paths: Paths) -> str:
    """Return the style sheet with each import replaced by the layer it asks for."""
    folder = BUNDLED.rpartition("/")[0]

    def inline(found: re.Match[str]) -> str:
        rules = _read(paths, f"{folder}/{found['name']}")
        return f"@layer {found['layer']} {{\n{rules}\n}}"

    return _IMPORT.sub(inline, _read(paths, BUNDLED))


def _read(paths: Paths, name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return str(file.read().decode())
