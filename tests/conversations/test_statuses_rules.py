"""What moves a chat by itself: the table of docs/statuses.md, rule by rule."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone

from conversations import moves, outbox, tasks
from conversations.dispatch import Draft
from conversations.handing_back import SHOPS_CHANGED, hand_back
from conversations.ingest import ingest
from conversations.models import AssignmentPolicy, Conversation, Message
from forstok_chat.accounts.models import User
from marketplaces.content import Kind
from marketplaces.models import Shop
from tests.factories import limit_to, make_conversation, make_shop, remote, said

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
PAGE = Path(__file__).resolve().parents[2] / "docs" / "statuses.md"


@dataclass
class Story:
    """A chat whose buyer wrote a minute ago, and its people."""

    shop: Shop
    owner: User
    agent: User
    chat: Conversation

    def buyer_writes(self, *, ago: timedelta = timedelta()) -> None:
        self.hear("kak?", at=timezone.now() - ago)

    def hear(self, text: str, **how: object) -> None:
        ingest(self.shop, remote(), [said(text, **how)], Message.Source.READING)  # type: ignore[arg-type]

    def reply(self) -> None:
        outbox.enqueue(self.chat, self.agent, Draft(Kind.TEXT, "ada kak"), uuid.uuid4())

    def agent_is(self, *, here: bool) -> None:
        User.objects.filter(pk=self.agent.pk).update(
            seen_at=timezone.now() - (timedelta() if here else timedelta(hours=1))
        )
        self.agent.refresh_from_db()

    def policy(self, **values: object) -> None:
        AssignmentPolicy.objects.update_or_create(shop=self.shop, defaults=values)

    @property
    def reason(self) -> str:
        return self.chat.status_changes.latest("pk").reason

    def stands(self) -> tuple[str, User | None, str]:
        """Status, agent, and why."""
        self.chat.refresh_from_db()
        last = self.chat.status_changes.order_by("-pk").first()
        return self.chat.status, self.chat.assignee, last.reason if last else ""


@pytest.fixture
def story(shop: Shop, owner: User, colleague: User) -> Story:
    return Story(shop, owner, colleague, make_conversation(shop, "ada stok?"))


def a_buyer_writes_to_nobody(story: Story) -> None:
    story.buyer_writes()
    assert story.stands() == ("unserved", None, "")


def a_buyer_writes_to_an_agent(story: Story) -> None:
    story.chat.serve(story.agent)
    story.buyer_writes()
    assert story.stands() == ("served", story.agent, "")


def resolved(story: Story, *, here: bool) -> None:
    story.chat.serve(story.agent)
    story.chat.resolve(story.agent)
    story.agent_is(here=here)


def a_buyer_writes_after_the_end_the_agent_is_here(story: Story) -> None:
    resolved(story, here=True)
    story.buyer_writes()
    assert story.stands() == ("served", story.agent, "buyer wrote")


def a_buyer_writes_after_the_end_the_agent_is_not_here(story: Story) -> None:
    resolved(story, here=True)
    story.agent.take_a_break(is_away=True)
    story.buyer_writes()
    assert story.stands() == ("unserved", None, "buyer wrote")


def a_buyer_writes_while_it_is_snoozed(story: Story) -> None:
    story.chat.serve(story.agent)
    story.chat.snooze(timezone.now() + timedelta(hours=1), by=story.agent)
    story.buyer_writes()
    assert story.stands() == ("served", story.agent, "buyer wrote")
    assert story.chat.snoozed_until is None


def an_old_message_of_a_buyer_comes_late(story: Story) -> None:
    story.reply()
    story.chat.resolve(story.agent)
    story.buyer_writes(ago=timedelta(seconds=30))
    assert story.stands() == ("resolved", story.agent, "")


def a_reply_here(story: Story) -> None:
    story.reply()
    assert story.stands() == ("served", story.agent, "replied")


def a_reply_in_the_seller_centre(story: Story) -> None:
    story.hear("siap kak", by_buyer=False)
    assert story.stands() == ("served", None, "answered in seller centre")


def a_reply_in_the_seller_centre_to_a_served_chat(story: Story) -> None:
    story.chat.serve(story.agent)
    story.hear("siap kak", by_buyer=False)
    assert story.stands() == ("served", story.agent, "")


def an_automatic_reply(story: Story) -> None:
    story.hear("Kami buka pukul 8", by_buyer=False, is_automatic=True)
    assert story.stands() == ("unserved", None, "")
    assert story.chat.waiting_since is not None


def a_reply_that_the_marketplace_takes_back(story: Story) -> None:
    resolved(story, here=True)
    story.chat.refresh_from_db()
    story.chat.reply_was_refused()
    assert story.stands() == ("served", story.agent, "reply refused")


def the_assignee_goes_offline(story: Story) -> None:
    story.chat.serve(story.agent)
    story.agent_is(here=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        tasks.sweep_statuses()
    assert story.stands() == ("served", story.agent, "")


def the_assignee_is_gone_while_the_buyer_waits(story: Story) -> None:
    story.policy(gone_minutes=5)
    story.chat.serve(story.agent)
    story.agent_is(here=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=5, seconds=1)):
        tasks.sweep_statuses()
    assert story.stands() == ("unserved", None, "its agent was gone while the buyer waited")


def the_assignee_is_gone_and_nobody_waits(story: Story) -> None:
    story.reply()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        tasks.sweep_statuses()
    assert story.stands() == ("served", story.agent, "replied")


def a_snooze_ends_by_its_time(story: Story) -> None:
    story.chat.snooze(timezone.now() + timedelta(hours=1), by=story.agent)
    with time_machine.travel(timezone.now() + timedelta(hours=1, seconds=1)):
        tasks.sweep_statuses()
    assert story.stands() == ("unserved", None, "its time has come")
    assert story.chat.snoozed_until is None


def a_chat_is_given_to_who_is_here(story: Story) -> None:
    story.policy(mode=AssignmentPolicy.Mode.ROUND_ROBIN)
    story.agent_is(here=True)
    tasks.sweep_statuses()
    assert story.stands() == ("served", story.agent, "given automatically")


def nobody_is_here_to_be_given_a_chat(story: Story) -> None:
    story.policy(mode=AssignmentPolicy.Mode.ROUND_ROBIN)
    story.agent_is(here=False)
    tasks.sweep_statuses()
    assert story.stands() == ("unserved", None, "")


def an_agent_sees_the_shop_no_longer(story: Story) -> None:
    story.chat.serve(story.agent)
    other = make_conversation(story.shop, "halo", name="tono")
    other.serve(story.agent)
    other.resolve(story.agent)
    limit_to(story.agent, make_shop(story.shop.seller, name="Toko Dua"))
    hand_back(story.agent, story.shop.seller, by=story.owner, reason=SHOPS_CHANGED)
    assert story.stands() == ("unserved", None, SHOPS_CHANGED)
    other.refresh_from_db()
    assert (other.status, other.assignee) == ("resolved", None)
    assert other.status_changes.latest("pk").from_assignee == story.agent


def the_shop_goes_on_elsewhere(story: Story) -> None:
    story.chat.serve(story.agent)
    moves.close_rooms(story.shop, story.owner)
    assert story.stands() == ("resolved", story.agent, "shop moved")


RULES: dict[str, Callable[[Story], None]] = {
    "a buyer writes to nobody": a_buyer_writes_to_nobody,
    "a buyer writes to an agent": a_buyer_writes_to_an_agent,
    "a buyer writes after the end, the agent is here": a_buyer_writes_after_the_end_the_agent_is_here,
    "a buyer writes after the end, the agent is not here": a_buyer_writes_after_the_end_the_agent_is_not_here,
    "a buyer writes while it is snoozed": a_buyer_writes_while_it_is_snoozed,
    "an old message of a buyer comes late": an_old_message_of_a_buyer_comes_late,
    "a reply here": a_reply_here,
    "a reply in the seller centre": a_reply_in_the_seller_centre,
    "a reply in the seller centre to a served chat": a_reply_in_the_seller_centre_to_a_served_chat,
    "an automatic reply": an_automatic_reply,
    "a reply that the marketplace takes back": a_reply_that_the_marketplace_takes_back,
    "the assignee goes offline": the_assignee_goes_offline,
    "the assignee is gone for the shop's time while the buyer waits": the_assignee_is_gone_while_the_buyer_waits,
    "the assignee is gone and nobody waits": the_assignee_is_gone_and_nobody_waits,
    "a snooze ends by its time": a_snooze_ends_by_its_time,
    "a chat is given to who is here": a_chat_is_given_to_who_is_here,
    "nobody is here to be given a chat": nobody_is_here_to_be_given_a_chat,
    "an agent sees the shop no longer": an_agent_sees_the_shop_no_longer,
    "the shop goes on elsewhere": the_shop_goes_on_elsewhere,
}


def of_the_page() -> list[str]:
    table = PAGE.read_text().split("| rule |")[1].split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def test_the_page_and_the_tests_know_the_same_rules() -> None:
    assert of_the_page() == list(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_chat_is_moved_as_the_page_says(rule: str, story: Story) -> None:
    RULES[rule](story)
