"""Ids shaped like the marketplaces' own, growing with time. Above 2**53 where theirs are."""

from __future__ import annotations

import hashlib
import secrets

from marketplaces.sandbox.clock import NS

# One official pair of (message id, second of creation): shopee.md 5.5.
SHOPEE_ID, SHOPEE_ID_AT = 2302748948493123953, 1726044721
TOKOPEDIA_ID_AT = 1_500_000_000


def shopee_message_id(at_ns: int) -> int:
    """19 digits; one id each 16 ns."""
    return SHOPEE_ID + (at_ns - SHOPEE_ID_AT * NS) // 16


def shopee_conversation_id(shop_user_id: int, buyer_id: int) -> int:
    """Both accounts in one number, as in the official sample of shopee.md 5.5. 18 digits for our buyers."""
    return (buyer_id << 32) | shop_user_id


def tokopedia_reply_id(at_ns: int) -> int:
    """12 digits, one each millisecond."""
    return at_ns // 1_000_000 - TOKOPEDIA_ID_AT * 1000


def tokopedia_room_id(shop_id: int, buyer_id: int) -> int:
    """A stable number per shop and buyer; tokopedia.md A2 calls it msg_id."""
    digest = hashlib.sha256(f"{shop_id}-{buyer_id}".encode()).digest()
    return 1_000_000_000 + int.from_bytes(digest[:4]) % 3_000_000_000


def token() -> str:
    """32 hexadecimal digits, like Shopee's codes and tokens."""
    return secrets.token_hex(16)


def request_id() -> str:
    return secrets.token_hex(16)


def tiktok_message_id(at_ns: int) -> int:
    """19 digits: the second in the upper half, its fraction in the lower one."""
    return (at_ns << 32) // NS


def tiktok_room_id(shop_id: int, buyer_id: int) -> int:
    """A stable number of 19 digits per shop and buyer."""
    return tiktok_id(f"room-{shop_id}-{buyer_id}")


def tiktok_id(name: str) -> int:
    """The same 19 digits for the same name."""
    digest = hashlib.sha256(name.encode()).digest()
    return 7_494_000_000_000_000_000 + int.from_bytes(digest[:8]) % 900_000_000_000_000
