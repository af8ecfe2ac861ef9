"""Is a text nothing but a few emoji? Then it is shown large."""

from __future__ import annotations

import re

MOST = 3
JOINER, AS_PICTURE = "\u200d", "\ufe0f"
# Pictures by themselves, and those that are letters or signs unless they are asked to be pictures.
PICTURE = "[\u231a\u231b\u23e9-\u23fa\u25fd\u25fe\u2614-\u27bf\u2b1b-\u2b55\U0001f004-\U0001f1e5\U0001f200-\U0001faff]"
SIGN = f"[\u00a9\u00ae\u203c-\u3299]{AS_PICTURE}"
SKIN = "[\U0001f3fb-\U0001f3ff]"
FLAG = "[\U0001f1e6-\U0001f1ff]{2}"
REGION = "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"
KEY = f"[0-9#*]{AS_PICTURE}?\u20e3"
ONE = f"(?:{SIGN}|{PICTURE}){AS_PICTURE}?{SKIN}?"
ALONE = re.compile(rf"\s*(?:(?:{FLAG}|{REGION}|{KEY}|{ONE}(?:{JOINER}{ONE})*)\s*){{1,{MOST}}}")


def is_emoji_alone(text: str) -> bool:
    """One to MOST of them. Flags, skin tones and families of several joined ones count as one each."""
    return len(text) <= 100 and ALONE.fullmatch(text) is not None
