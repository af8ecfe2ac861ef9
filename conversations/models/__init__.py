"""Conversations, their bubbles, the outbox, and the records of what happened.

Conversation ─┬─ Message ─── OutgoingMessage     a bubble; an agent's bubble on its way out
              ├─ StatusChange                    who moved it, when, why
              ├─ ConversationNote                what the team tells itself (notes.py)
              ├─ UnsentText, UnsentFile          what an agent has begun to write, and chosen to send with it
              ├─ PushHint                        what a push told of a bubble that no reading has brought yet
Shop ─────────┼─ Import                          the first import of a shop, resumable
              ├─ Push                            a marketplace's push, raw, until processed and a while after
              └─ Event                           what changed, for open screens to catch up on
Seller ───────┬─ PrunedEvents                    how far back they can catch up
              └─ CannedReply                     a text that is sent again and again (canned.py)
Seller ───────── Tag ─── Tagging          coloured words on conversations (tags.py)
Seller ───────── HandOver                        all chats of an agent given away at once
Shop ─────────── AssignmentPolicy                how its chats find their agents
Shop ─────────── Tally                           how many conversations of each sort, kept by a trigger
User, Seller ─── SavedView                 what of the inbox is looked at often, under a name
User ─────────┬─ BulkAction ─── BulkItem          one thing done to many chats (bulk.py)
              ├─ Pin                             a chat at the top of their list
              ├─ Alerts                          what somebody wants to be told of while they look elsewhere
              └─ PushSubscription                a browser that is told with no tab open
"""

from __future__ import annotations

from conversations.models.alerts import Alerts, PushSubscription
from conversations.models.assignment_policy import AssignmentPolicy
from conversations.models.bulk import BulkAction, BulkItem
from conversations.models.canned import CannedPicture, CannedReply, CannedUse, CannedWording
from conversations.models.conversation import Conversation
from conversations.models.hand_over import HandOver
from conversations.models.message import Message
from conversations.models.notes import ConversationNote, NoteMention
from conversations.models.outgoing import OutgoingMessage
from conversations.models.pins import Pin
from conversations.models.records import Event, Import, PrunedEvents, Push, PushHint
from conversations.models.saved_views import SavedView
from conversations.models.status_change import StatusChange, Verb
from conversations.models.statuses import BuyerWaits, NotMoved
from conversations.models.tags import Tag, Tagging
from conversations.models.tally import Tally
from conversations.models.unsent import UnsentFile, UnsentText

__all__ = [
    "Alerts",
    "AssignmentPolicy",
    "BulkAction",
    "BulkItem",
    "BuyerWaits",
    "CannedPicture",
    "CannedReply",
    "CannedUse",
    "CannedWording",
    "Conversation",
    "ConversationNote",
    "Event",
    "HandOver",
    "Import",
    "Message",
    "NotMoved",
    "NoteMention",
    "OutgoingMessage",
    "Pin",
    "PrunedEvents",
    "Push",
    "PushHint",
    "PushSubscription",
    "SavedView",
    "StatusChange",
    "Tag",
    "Tagging",
    "Tally",
    "UnsentFile",
    "UnsentText",
    "Verb",
]
