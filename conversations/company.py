"""Who else is in the chats that a screen shows, as it is drawn. Who is there at all: presence.py."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.utils.functional import SimpleLazyObject

from conversations import presence
from conversations.filters import uuid_or_none
from conversations.models import Conversation
from conversations.presence import Visit
from forstok_chat.accounts.models import User
from marketplaces.models import Shop


@dataclass(frozen=True)
class Company:
    """The others in one chat, by name. `state`: the same in short, for the head of its thread; "" for nobody."""

    viewers: list[User]
    typists: list[User]
    state: str


def others(visits: Iterable[Visit], user: User) -> list[Visit]:
    """Those of the shops that this user sees, without their own."""
    found = [visit for visit in visits if visit.user != user.pk]
    if not found:
        return []
    visible = set(Shop.objects.visible_to(user).values_list("pk", flat=True))
    return [visit for visit in found if visit.shop in visible]


def attach(conversations: Sequence[Conversation], visits: Iterable[Visit]) -> None:
    """Sets `company` on each; one query when there is any."""
    wanted = {conversation.pk for conversation in conversations}
    by_chat: dict[UUID, list[Visit]] = defaultdict(list)
    for visit in visits:
        if visit.conversation in wanted:
            by_chat[visit.conversation].append(visit)
    known = User.objects.in_bulk({visit.user for there in by_chat.values() for visit in there})
    for conversation in conversations:
        conversation.company = company_of(by_chat[conversation.pk], known)


def attach_to(conversations: Sequence[Conversation], user: User) -> None:
    """The same, asked for: of rows that are drawn because somebody asked for them."""
    sellers = sorted({conversation.seller_id for conversation in conversations})
    attach(conversations, [each for each in presence.look(sellers) if each.user != user.pk])


def attach_lazily(conversation: Conversation, user: User) -> Conversation:
    """The same for one that may be drawn: asked for when it is."""

    def asked() -> Company:
        visits = presence.look([conversation.seller_id])
        here = [each for each in visits if each.conversation == conversation.pk and each.user != user.pk]
        return company_of(here, User.objects.in_bulk({each.user for each in here}))

    conversation.company = cast(Company, SimpleLazyObject(asked))
    return conversation


def company_of(visits: Sequence[Visit], known: dict[int, User]) -> Company:
    here = {visit.user for visit in visits}
    typing = {visit.user: visit.ends for visit in visits if visit.is_typing}
    people = sorted((known[pk] for pk in here if pk in known), key=str)
    state = ".".join([*map(str, sorted(here)), *(f"{pk}:{ends}" for pk, ends in sorted(typing.items()))])
    return Company(people, [each for each in people if each.pk in typing], state)


def state_of(visits: Iterable[Visit]) -> str:
    """The marks of the list, in short: "conversation:user.user conversation:user"."""
    by_chat: dict[UUID, set[int]] = defaultdict(set)
    for visit in visits:
        by_chat[visit.conversation].add(visit.user)
    return " ".join(f"{chat}:{'.'.join(map(str, sorted(by_chat[chat])))}" for chat in sorted(by_chat))


def changed_between(shown: str, state: str) -> list[UUID]:
    """The chats whose marks are other ones now."""
    differing = set(shown.split()) ^ set(state.split())
    chats = {uuid_or_none(each.partition(":")[0]) for each in differing}
    return sorted(chat for chat in chats if chat is not None)
