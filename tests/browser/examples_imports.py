"""Examples of the pages of uploads and pulls."""

from tests.browser.examples import example


def _upload():
    from tests.profiles.imports.uploading import column, people, send

    mapping = people(column("id", "user_id"), column("email", "email"))
    upload = send("id,email\nx1,x1@example.com\nx2,nobody\n", mapping)
    return {"key": upload.key}


for _page in ("upload", "upload-mapping", "upload-problems"):
    example(f"profiles:{_page}")(_upload)


def _pull():
    from datetime import UTC, datetime

    from kernel.ids import new_key
    from profiles.imports.models import Pull
    from profiles.imports.services.uploads import find_source
    from tests.profiles.imports.uploading import column, people

    now = datetime.now(UTC)
    made, _ = Pull.objects.get_or_create(
        name="Browser example",
        defaults={
            "key": new_key(now=now), "source": find_source("Pulls", now=now), "kind": "people",
            "place": "postgresql://db.example.com/shop", "query": "SELECT id FROM customers",
            "mapping": {**people(column("id", "user_id")), "version": 1}, "every_minutes": 60,
        },
    )  # fmt: skip
    return {"key": made.key}


for _page in ("pull", "pull-mapping"):
    example(f"profiles:{_page}")(_pull)
