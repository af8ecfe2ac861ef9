"""The team's screens. Wiring: what happens to a person here touches their chats as well, so these modules may know
both apps, which `accounts` does not."""

from __future__ import annotations
