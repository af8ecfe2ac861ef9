"""What each role may do: the table of docs/permissions.md, and the only place where it is decided.

A permission holds within the shops of the membership (`Membership.sees_all_shops`, `.shops`). Every check leads
here: `Membership.objects.allowing` for queries, `Membership.may` for one person, `User.may` for menus.
"""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    OWNER = "owner", _("Owner")
    SUPERVISOR = "supervisor", _("Supervisor")
    AGENT = "agent", _("Agent")


class Permission(StrEnum):
    CHAT = "chat"
    ACTIVATE_SHOPS = "activate_shops"
    SET_ASSIGNMENT = "set_assignment"
    LEAD_AGENTS = "lead_agents"
    LEAD_EVERYBODY = "lead_everybody"
    KEEP_CANNED_REPLIES = "keep_canned_replies"
    KEEP_TAGS = "keep_tags"
    SHARE_VIEWS = "share_views"
    KEEP_APP_KEYS = "keep_app_keys"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OWNER: frozenset(Permission),
    Role.SUPERVISOR: frozenset(
        {
            Permission.CHAT,
            Permission.ACTIVATE_SHOPS,
            Permission.SET_ASSIGNMENT,
            Permission.LEAD_AGENTS,
            Permission.KEEP_CANNED_REPLIES,
            Permission.KEEP_TAGS,
            Permission.SHARE_VIEWS,
        }
    ),
    Role.AGENT: frozenset({Permission.CHAT}),
}


def roles_with(permission: Permission) -> list[Role]:
    return [role for role in Role if permission in PERMISSIONS[role]]


def to_lead(role: Role) -> Permission:
    """What somebody needs to invite or change people of this role."""
    return Permission.LEAD_AGENTS if role == Role.AGENT else Permission.LEAD_EVERYBODY
