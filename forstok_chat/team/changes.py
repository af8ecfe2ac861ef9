"""What happens to a member, with all that follows from it: chats are handed back, sessions end."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction

from conversations.handing_back import ACCESS_ENDED, SHOPS_CHANGED, hand_back
from forstok_chat.accounts import sessions
from forstok_chat.accounts.models import Membership, User
from forstok_chat.accounts.permissions import Role
from marketplaces.models import Shop


def change(member: Membership, role: Role, *, sees_all_shops: bool, shops: Iterable[Shop], by: User) -> int:
    """Returns how many chats were handed back, of shops that this person sees no longer. Raises LastOwner."""
    with transaction.atomic():
        member.change(role, sees_all_shops=sees_all_shops, shops=shops)
        return hand_back(member.user, member.seller, by=by, reason=SHOPS_CHANGED)


def end(member: Membership, by: User) -> int:
    """Out at once, everywhere. Returns how many chats were handed back. Raises LastOwner."""
    with transaction.atomic():
        member.end()
        handed_back = hand_back(member.user, member.seller, by=by, reason=ACCESS_ENDED)
    sessions.end(member.user, sessions.of_user(member.user))
    return handed_back
