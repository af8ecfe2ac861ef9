from __future__ import annotations

from forstok_chat.accounts.models.invitation import Invitation
from forstok_chat.accounts.models.mailing import Mailing
from forstok_chat.accounts.models.membership import LastOwner, Membership
from forstok_chat.accounts.models.people import ONLINE_FOR, Seller, User
from forstok_chat.accounts.models.session import Session

__all__ = ["ONLINE_FOR", "Invitation", "LastOwner", "Mailing", "Membership", "Seller", "Session", "User"]
