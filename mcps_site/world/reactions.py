"""How a person answers a message: opens, clicks, buys, shares, or has had enough.

Pure: what really happens follows from the person, the message and the random numbers passed in.
"""

from dataclasses import dataclass
from random import Random

from mcps_site.world import effects
from mcps_site.world.mail import Mail
from mcps_site.world.people import Person


@dataclass(frozen=True, slots=True)
class Reaction:
    """Something that will happen `after` simulated seconds: open, click, order, leave, refer."""

    after: float
    kind: str
    url: str = ""


def react(
    person: Person, mail: Mail, *, recent: int, utc_hour: int, rng: Random, has_cart: bool = False
) -> list[Reaction]:
    """Return what a delivered mail leads to, in order of time.

    `recent` is how many messages the person got in the last seven days, this one included.
    """
    excess = max(0, recent - person.patience)
    if excess and mail.unsubscribe_url and rng.random() < effects.EFFECTS.unsubscribe_tired:
        return [Reaction(rng.expovariate(1 / 3_600), "leave", mail.unsubscribe_url)]
    chance = effects.chance_to_open(
        effects.EFFECTS,
        liking=person.channels[mail.channel],
        awake=person.is_awake(utc_hour),
        excess=excess,
    )
    if rng.random() >= chance:
        return []
    opened_after = rng.expovariate(1 / 5_400)
    opened = [Reaction(opened_after, "open", url) for url in mail.images]
    is_reminder = has_cart and "cart" in f"{mail.subject} {mail.text}".lower()
    if is_reminder and rng.random() < effects.EFFECTS.back_to_cart:
        return [*opened, Reaction(opened_after + rng.expovariate(1 / 7_200), "order")]
    return opened + _after_opening(person, mail, opened_after, rng)


def _after_opening(person: Person, mail: Mail, after: float, rng: Random) -> list[Reaction]:
    taste = max((w for c, w in person.tastes.items() if c in mail.text.lower()), default=0.5)
    links = [link for link in mail.links if "nsubscribe" not in link.words]
    if not links or rng.random() >= effects.chance_to_click(effects.EFFECTS, taste=taste):
        return []
    clicked_after = after + rng.expovariate(1 / 60)
    reactions = [Reaction(clicked_after, "click", links[0].url)]
    wish = effects.chance_to_order(effects.EFFECTS, price_sensitivity=person.price_sensitivity)
    if rng.random() < wish:
        reactions.append(Reaction(clicked_after + rng.expovariate(1 / 1_800), "order"))
    invitations = [link.url for link in links if "invitation" in link.words]
    if invitations and rng.random() < person.shares:
        shared_after = clicked_after + rng.expovariate(1 / 7_200)
        reactions.append(Reaction(shared_after, "refer", invitations[0]))
    return reactions
