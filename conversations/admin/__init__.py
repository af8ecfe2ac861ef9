"""For support staff: what came in, what went out, what is stuck. Nothing is edited; what may be done is an action."""

from __future__ import annotations

from conversations.admin.conversations import ConversationAdmin, ImportAdmin
from conversations.admin.outbox import OutgoingMessageAdmin
from conversations.admin.pushes import PushAdmin
from conversations.admin.reply_rules import ReplyRuleAdmin

__all__ = ["ConversationAdmin", "ImportAdmin", "OutgoingMessageAdmin", "PushAdmin", "ReplyRuleAdmin"]
