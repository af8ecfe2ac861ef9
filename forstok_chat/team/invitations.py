"""Inviting people to a team: the row, then the mail with its link."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from forstok_chat.accounts import mail
from forstok_chat.accounts.models import Invitation, Membership
from forstok_chat.accounts.models.invitation import VALID_FOR
from forstok_chat.accounts.permissions import Role
from marketplaces.models import Shop


def invite(
    leader: Membership, email: str, role: Role, *, sees_all_shops: bool, shops: Iterable[Shop]
) -> Invitation:
    """Raises mail.NotSent; the invitation is there all the same and can be sent again. Raises IntegrityError when
    somebody else invited this address meanwhile."""
    with transaction.atomic():
        invitation = Invitation(
            seller=leader.seller,
            email=email,
            role=role,
            sees_all_shops=sees_all_shops,
            invited_by=leader.user,
        )
        token = invitation.renew()
        invitation.shops.set(shops)
    deliver(invitation, token)
    return invitation


def invite_again(invitation: Invitation, leader: Membership) -> None:
    """A new link, in the name of who sends it. Raises mail.NotSent."""
    invitation.invited_by = leader.user
    deliver(invitation, invitation.renew())


def deliver(invitation: Invitation, token: str) -> None:
    link = settings.PUBLIC_URL + reverse("accounts:invitation", args=[token])
    context = {"invitation": invitation, "link": link, "days": VALID_FOR.days}
    mail.send("invitation", invitation.email, context, seller=invitation.seller)
