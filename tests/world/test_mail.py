"""A simulated person reads mail as a mail program does, and answers by the stated chances."""

from email.message import EmailMessage
from random import Random

from mcps_site.world.effects import EFFECTS, chance_to_open
from mcps_site.world.mail import Form, Link, Mail, read_form, read_mail
from mcps_site.world.people import make_person
from mcps_site.world.reactions import react


def mail() -> EmailMessage:
    message = EmailMessage()
    message["To"] = "Ada.Berg.5@people.example"
    message["Subject"] = "We miss you"
    message["List-Unsubscribe"] = "<mailto:u@shop.example>, <http://127.0.0.1/e/u/abc>"
    message.set_content("New tents are here.")
    message.add_alternative(
        '<a href="http://127.0.0.1/e/c/1">Tents</a><img src="http://127.0.0.1/e/o/1">',
        subtype="html",
    )
    return message


def test_a_message_is_taken_apart() -> None:
    assert read_mail(mail().as_bytes()) == Mail(
        to="ada.berg.5@people.example",
        subject="We miss you",
        text="New tents are here.\n",
        images=("http://127.0.0.1/e/o/1",),
        links=(Link("Tents", "http://127.0.0.1/e/c/1"),),
        unsubscribe_url="http://127.0.0.1/e/u/abc",
    )


def test_the_first_form_of_a_page_gives_its_hidden_fields() -> None:
    page = '<form action="/r/x"><input type="hidden" name="t" value="1"><input name="email"></form>'
    assert read_form(page) == Form("/r/x", {"t": "1"})
    assert read_form('<form method="post">') == Form("")
    assert read_form("<p>") is None


def test_people_open_as_often_as_the_effects_say() -> None:
    person = make_person(7, 1, 365)
    hour = (person.awake_from - person.utc_offset) % 24
    chance = chance_to_open(EFFECTS, liking=person.channels["email"], awake=True, excess=0)
    rng = Random(1)
    received = read_mail(mail().as_bytes())
    opened = sum(
        any(r.kind == "open" for r in react(person, received, recent=0, utc_hour=hour, rng=rng))
        for _ in range(4_000)
    )
    assert abs(opened / 4_000 - chance) < 4 * (chance * (1 - chance) / 4_000) ** 0.5


def test_a_tired_person_opens_less_and_sometimes_leaves() -> None:
    person = make_person(7, 1, 365)
    received = read_mail(mail().as_bytes())
    rng = Random(2)
    kinds = [
        reaction.kind
        for _ in range(3_000)
        for reaction in react(person, received, recent=person.patience + 4, utc_hour=12, rng=rng)
    ]
    assert 100 < kinds.count("leave") < 260
    assert kinds.count("open") < 3_000 * EFFECTS.open_base * 1.5 * EFFECTS.fatigue**3


def test_a_shared_mail_passes_on_the_invitation_and_never_the_way_to_unsubscribe() -> None:
    links = (
        Link("See what is new", "http://127.0.0.1/e/c/1"),
        Link("your invitation", "http://127.0.0.1/e/c/2"),
        Link("Unsubscribe", "http://127.0.0.1/e/u/3"),
    )
    received = Mail("x", "y", "tents", ("http://127.0.0.1/e/o/1",), links, "http://127.0.0.1/u")
    person = make_person(7, 1, 365)
    rng = Random(3)
    seen = {
        (reaction.kind, reaction.url)
        for _ in range(5_000)
        for reaction in react(person, received, recent=0, utc_hour=12, rng=rng)
    }
    assert ("refer", "http://127.0.0.1/e/c/2") in seen
    assert ("click", "http://127.0.0.1/e/c/1") in seen
    assert not any(url.endswith("/3") for _, url in seen)


def test_a_reminder_brings_back_only_who_left_a_cart() -> None:
    person = make_person(7, 1, 365)
    reminder = Mail("x", "Your cart is waiting", "", (), (), "")

    def orders(*, has_cart: bool) -> int:
        rng = Random(4)
        answers = [
            react(person, reminder, recent=0, utc_hour=12, rng=rng, has_cart=has_cart)
            for _ in range(2_000)
        ]
        return sum(reaction.kind == "order" for answer in answers for reaction in answer)

    assert orders(has_cart=False) == 0
    assert 60 < orders(has_cart=True) < 400
