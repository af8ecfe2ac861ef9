"""Who looks at which chat now, and who is typing there. Kept in Redis alone and for seconds: losing it loses nothing.

A screen says with its question for news which chat it shows, and gets in the same round trip what others do; typing
is told by the saving of what is typed. One hash per seller: "<user> <screen>" -> "<conversation> <shop> <end>".
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from redis import RedisError
from redis.commands.core import Script

from conversations.events import channel
from conversations.models import Conversation
from forstok_chat.accounts.models import User
from forstok_chat.redis import redis

logger = logging.getLogger(__name__)

# Seconds. A screen asks for news every 20; what is typed is saved when the fingers rest.
LOOKS_FOR, TYPES_FOR = 45, 10
TYPING = "typing"

# KEYS: what throttles nudges of the seller and of the chat, then the hashes; ARGV: field, place ("" to leave), seconds,
# channel. The other screens are nudged when somebody comes or goes, and while one types before another's eyes: all of
# the seller every two seconds at most, and those of one chat, when two are in it, by themselves.
TELL = """
local field, place, seconds, channel = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local now = tonumber(redis.call('TIME')[1])
local found, before, others = {}, '', {}
for number = 3, #KEYS do
  local all = redis.call('HGETALL', KEYS[number])
  for at = 1, #all, 2 do
    local where, ends = string.match(all[at + 1], '^(.*) (%d+)$')
    if tonumber(ends) <= now then redis.call('HDEL', KEYS[number], all[at])
    elseif number == 3 and all[at] == field then before = where
    else
      table.insert(found, all[at] .. ' ' .. where .. ' ' .. ends)
      if string.match(all[at], '^%d+') ~= string.match(field, '^%d+') then others[where] = true end
    end
  end
end
if field == '' then return found end
if place == '' then redis.call('HDEL', KEYS[3], field)
else
  redis.call('HSET', KEYS[3], field, place .. ' ' .. now + seconds)
  redis.call('EXPIRE', KEYS[3], 2 * seconds)
end
local shared = others[place] or others[before]
local typing = string.match(field, ' typing$')
if (typing and shared) or (not typing and place ~= before) then
  local throttle = shared and KEYS[2] or KEYS[1]
  if redis.call('SET', throttle, 1, 'NX', 'EX', 2) then redis.call('PUBLISH', channel, 'changed') end
end
return found
"""


@dataclass(frozen=True)
class Visit:
    """Somebody in a chat, until `ends` (seconds since 1970, of Redis)."""

    user: int
    is_typing: bool
    conversation: UUID
    shop: UUID
    ends: int


def look(sellers: Sequence[UUID]) -> list[Visit]:
    """All who are in a chat of these sellers."""
    return tell(sellers) if sellers else []


def come(user: User, conversation: Conversation, screen: str, sellers: Iterable[UUID] = ()) -> list[Visit]:
    """This screen shows this chat. What `look` tells of these sellers."""
    place = f"{conversation.pk} {conversation.shop_id}"
    others = [each for each in sellers if each != conversation.seller_id]
    return tell([conversation.seller_id, *others], f"{user.pk} {screen}", place, conversation.pk)


def leave(user: User, screen: str, sellers: Sequence[UUID]) -> list[Visit]:
    """This screen shows none, or nobody looks at it."""
    return tell(sellers, f"{user.pk} {screen}") if sellers else []


def type_in(user: User, conversation: Conversation, *, is_typing: bool) -> None:
    """Typing; or not any more, as the box is empty or was sent."""
    place = f"{conversation.pk} {conversation.shop_id}" if is_typing else ""
    tell([conversation.seller_id], f"{user.pk} {TYPING}", place, conversation.pk, TYPES_FOR)


def tell(
    sellers: Sequence[UUID], field: str = "", place: str = "", chat: object = "", seconds: int = LOOKS_FOR
) -> list[Visit]:
    keys = [f"presence:nudged:{name}" for name in (sellers[0], chat)]
    hashes = [f"presence:{seller}" for seller in sellers]
    try:
        found = script()(keys=[*keys, *hashes], args=[field, place, seconds, channel(sellers[0])])
    except RedisError:
        logger.warning("nobody's presence is known: Redis does not answer")
        return []
    return [visit_of(each.decode()) for each in found]


@cache
def script() -> Script:
    return redis().register_script(TELL)


def visit_of(told: str) -> Visit:
    user, screen, conversation, shop, ends = told.split()
    return Visit(int(user), screen == TYPING, UUID(conversation), UUID(shop), int(ends))
