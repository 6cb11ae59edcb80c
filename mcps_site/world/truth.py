"""The hidden truth of a world, for tests that grade the product's answers.

The product never reads it; only tests do, and the world itself when it is started again.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from mcps_site.world.effects import EFFECTS
from mcps_site.world.history import World
from mcps_site.world.life import Story
from mcps_site.world.people import Person


def write_truth(world: World, path: Path) -> None:
    """Write the truth: the causal constants on the first line, then a line for each person."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps({"effects": asdict(EFFECTS), "seed": world.plan.seed}) + "\n")
        for number in range(world.plan.people):
            file.write(json.dumps(_truth_of(world.person(number), world)) + "\n")


def _truth_of(person: Person, world: World) -> dict[str, Any]:
    story = world.stories.get(person.number)
    return {
        **asdict(person),
        "user_id": person.user_id,
        "favorite": max(person.tastes, key=person.tastes.__getitem__),
        "is_lost": not person.is_there(world.plan.days - 1),
        "orders": story.orders if story else 0,
        "signed_up": bool(story and story.signed_up),
    }


def read_stories(path: Path) -> dict[int, Story]:
    """Return what each person had done by the end of the past; nothing where no file lies."""
    if not path.exists():
        return {}
    with path.open(encoding="utf-8") as file:
        next(file)
        rows = (json.loads(line) for line in file)
        return {
            row["number"]: Story(signed_up=row["signed_up"], orders=row["orders"]) for row in rows
        }
