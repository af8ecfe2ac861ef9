"""Who takes part in a room, under the ids of the chat system and of the shop (tiktok_shop.md 4)."""

from __future__ import annotations

from typing import Any

from marketplaces.sandbox.catalogue import Buyer
from marketplaces.sandbox.ids import tiktok_id
from marketplaces.sandbox.sandbox import Sandbox
from marketplaces.sandbox.tiles import tile_name
from marketplaces.sandbox.world import Message, Room

BUYER, SHOP, AGENT, SYSTEM, ROBOT = "BUYER", "SHOP", "CUSTOMER_SERVICE", "SYSTEM", "ROBOT"
ROLES = {"buyer": BUYER, "shop": SHOP, "seller_centre": AGENT, "system": SYSTEM, "robot": ROBOT}
UNTOLD_S = 60  # of a new room, every third buyer's platform is told only later


def role_of(said: Message) -> str:
    return said.role or ROLES[said.sent_by]


def is_by_person(said: Message) -> bool:
    """Somebody at the shop wrote it, through the API or in Seller Center."""
    return role_of(said) in (SHOP, AGENT)


def has_agent(room: Room) -> bool:
    return any(is_by_person(said) for said in room.messages)


def sender(sandbox: Sandbox, room: Room, said: Message) -> dict[str, Any]:
    """System and robot speak under the shop's own id and name."""
    role = role_of(said)
    who = {BUYER: _buyer, AGENT: _agent}.get(role, _shop)(sandbox, room)
    return {key: who[key] for key in ("im_user_id", "avatar", "nickname")} | {"role": role}


def participants(sandbox: Sandbox, room: Room, platform_key: str) -> list[dict[str, Any]]:
    """In every other room the buyer alone, whatever the count says."""
    buyer = _buyer(sandbox, room) | {"role": BUYER}
    if platform := _platform(sandbox, room):
        buyer[platform_key] = platform
    if room.id % 2:
        return [buyer]
    others = [_shop(sandbox, room) | {"role": SHOP}]
    if has_agent(room):
        others.append(_agent(sandbox, room) | {"role": AGENT})
    return [buyer, *others]


def began_at(room: Room) -> int:
    return room.created_at or room.messages[0].at_s


def avatar(sandbox: Sandbox, buyer: Buyer) -> str:
    return public_url(sandbox, buyer.picture) if buyer.picture else ""


def public_url(sandbox: Sandbox, name: str) -> str:
    return sandbox.file_url(f"/tiktok-shop/file/{name}")


def _platform(sandbox: Sandbox, room: Room) -> str:
    """Empty where it is not told yet."""
    is_late = room.buyer_id % 3 == 0 and sandbox.clock.now_s() - began_at(room) < UNTOLD_S
    return "" if is_late else sandbox.world.buyer_of(room).platform


def _buyer(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    buyer = sandbox.world.buyer_of(room)
    return _person(f"buyer-{buyer.id}", buyer.id, buyer.name, avatar(sandbox, buyer))


def _shop(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    shop = sandbox.world.shop_of(room)
    face = public_url(sandbox, tile_name("face", shop.name, shop.id * 47))
    return _person(f"shop-{shop.id}", shop.user_id, shop.name, face)


def _agent(sandbox: Sandbox, room: Room) -> dict[str, Any]:
    shop = sandbox.world.shop_of(room)
    return _person(f"agent-{shop.id}", shop.user_id + 3, f"CS {shop.name}", "")


def _person(im_name: str, user_id: int, nickname: str, picture: str) -> dict[str, Any]:
    return {
        "im_user_id": str(tiktok_id(im_name)),
        "user_id": str(user_id),
        "nickname": nickname,
        "avatar": picture,
    }
