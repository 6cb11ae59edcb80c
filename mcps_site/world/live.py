"""The simulated people go on living: they visit, read their mail, buy, share and leave.

They use nothing but public addresses: the collection API, the links in their mail and the landing
pages. Their time runs `speed` times faster than the clock; what they do is dated by the clock.
"""

import heapq
import re
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from random import Random
from typing import Any

import httpx
import structlog

from mcps_site.world.catalog import available
from mcps_site.world.collector import Collector
from mcps_site.world.effects import EFFECTS
from mcps_site.world.history import World, as_message
from mcps_site.world.life import Deed, Story, live_day, order_properties
from mcps_site.world.mail import Mail, read_captured, read_form, read_mail
from mcps_site.world.people import Person, friends_of
from mcps_site.world.reactions import Reaction, react

log = structlog.get_logger()
DAY = 86_400.0
WEEK = 7 * DAY


@dataclass(slots=True)
class LivingWorld:
    """A world that is stepped by its owner; `seconds` is its own time since the start."""

    world: World
    collector: Collector
    browse: Callable[[Person], httpx.Client]
    rng: Random
    run: str
    seconds: float = 0.0
    planned: list[tuple[float, int, int, Reaction]] = field(default_factory=list)
    received: dict[int, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    outgoing: list[dict[str, Any]] = field(default_factory=list)
    serial: Any = field(default_factory=count)

    def step(
        self,
        elapsed: float,
        mails: Iterable[bytes],
        *,
        now: datetime,
        texts: Iterable[Mapping[str, str]] = (),
    ) -> int:
        """Live `elapsed` seconds of the world's time; return how many messages were sent.

        `texts` are captured messages of other channels than e-mail.
        """
        self.seconds += elapsed
        for line in texts:
            self._receive(read_captured(line), now)
        for raw in mails:
            self._receive(read_mail(raw), now)
        self._visit_shop(elapsed, now)
        while self.planned and self.planned[0][0] <= self.seconds:
            _, _, number, reaction = heapq.heappop(self.planned)
            self._carry_out(self.world.person(number), reaction, now)
        sent, self.outgoing = self.outgoing, []
        return sum(self.collector.send_all(sent))

    def _receive(self, mail: Mail, now: datetime) -> None:
        number = number_of(mail.to)
        if number is None or number >= 2 * self.world.plan.people:
            return
        person, times = self.world.person(number), self.received[number]
        if mail.channel not in person.channels:
            return  # Nobody reads that they are in an audience of ads.
        times.append(self.seconds)
        while times and times[0] < self.seconds - WEEK:
            times.popleft()
        has_cart = self._story(person).cart is not None
        for reaction in react(
            person, mail, recent=len(times), utc_hour=now.hour, rng=self.rng, has_cart=has_cart
        ):
            self._plan(number, reaction)

    def _plan(self, number: int, reaction: Reaction) -> None:
        entry = (self.seconds + reaction.after, next(self.serial), number, reaction)
        heapq.heappush(self.planned, entry)

    def _visit_shop(self, elapsed: float, now: datetime) -> None:
        plan = self.world.plan
        # One candidate each day and person at the highest rate, thinned to the person's own.
        for _ in range(_poisson(self.rng, plan.people * 0.25 * elapsed / DAY)):
            person = self.world.person(self.rng.randrange(plan.people))
            if self.rng.random() < person.visits_per_day / 0.25 and self._is_there(person):
                self._live(person, now)

    def _is_there(self, person: Person) -> bool:
        return person.is_there(self.world.plan.days - 1)

    def _live(self, person: Person, now: datetime) -> None:
        day = self.world.plan.days - 1
        shelves = available(self.world.catalog, day)
        for deed in live_day(person, self._story(person), shelves, day, self.rng):
            self._tell(person, deed, now)

    def _story(self, person: Person) -> Story:
        return self.world.stories.setdefault(person.number, Story())

    def _tell(self, person: Person, deed: Deed, now: datetime) -> None:
        key = f"{self.run}-{next(self.serial)}"
        message = as_message(person, deed, now, key=key, seed=self.world.plan.seed)
        self.outgoing.append({**message, "timestamp": now.isoformat()})

    def _carry_out(self, person: Person, reaction: Reaction, now: datetime) -> None:
        match reaction.kind:
            case "open" | "click":
                with self.browse(person) as browser:
                    browser.get(reaction.url)
            case "leave":
                with self.browse(person) as browser:
                    browser.post(reaction.url, data={"List-Unsubscribe": "One-Click"})
            case "order":
                self._order(person, now)
            case "refer":
                self._refer(person, reaction.url)
            case "sign_up":
                self._sign_up(person, reaction.url, now)

    def _order(self, person: Person, now: datetime) -> None:
        story = self._story(person)
        story.signed_up, story.orders = True, story.orders + 1
        shelves = available(self.world.catalog, self.world.plan.days - 1)
        category = self.rng.choices(list(person.tastes), list(person.tastes.values()))[0]
        product, story.cart = story.cart or self.rng.choice(shelves[category]), None
        properties = order_properties(f"{person.user_id}-{self.run}-{story.orders}", product)
        self._tell(person, Deed(0, "track", "Order Completed", properties, "web", known=True), now)

    def _refer(self, person: Person, url: str) -> None:
        for friend in self._friends(person):
            if self.rng.random() < EFFECTS.friend_signs_up:
                self._plan(friend, Reaction(self.rng.expovariate(1 / 7_200), "sign_up", url))

    def _friends(self, person: Person) -> Iterator[int]:
        """Yield friends who are no customers yet; for each who is, one from outside the shop."""
        plan = self.world.plan
        for nth, friend in enumerate(friends_of(plan.seed, person.number, plan.people)):
            if self._story(self.world.person(friend)).signed_up:
                yield plan.people + (10 * person.number + nth) % plan.people
            else:
                yield friend

    def _sign_up(self, friend: Person, url: str, now: datetime) -> None:
        answers = {"email": friend.email, "first_name": friend.first_name}
        if friend.consents:
            answers["consent"] = "on"
        with self.browse(friend) as browser:
            page = browser.get(url, follow_redirects=True)
            form = read_form(page.text)
            if page.status_code != 200 or form is None:
                log.warning("world.no_form", status=page.status_code)
                return
            browser.post(page.url.join(form.action), data={**form.fields, **answers})
        self._story(friend).signed_up = True
        if self.rng.random() < EFFECTS.friend_orders + EFFECTS.reward_lift:
            self._tell(friend, Deed(0, "identify", "", {}, "web", known=True), now)
            self._plan(friend.number, Reaction(self.rng.expovariate(1 / DAY), "order"))


def number_of(address: str) -> int | None:
    """Return the person's number in an address of the world, or None for any other address."""
    name, _, domain = address.partition("@")
    number = name.rpartition(".")[2]
    if domain == "people.example" and number.isdigit():
        return int(number)
    phone = re.fullmatch(r"\+1(\d{3})55501(\d{2})", address)
    if phone:
        return (int(phone[1]) - 201) * 100 + int(phone[2])
    token = re.fullmatch(r"world-phone-(\d{7})", address)
    return int(token[1]) if token else None


def _poisson(rng: Random, mean: float) -> int:
    """Draw from a Poisson distribution by the waiting times between its points."""
    points, at = 0, rng.expovariate(1.0)
    while at < mean:
        points, at = points + 1, at + rng.expovariate(1.0)
    return points
