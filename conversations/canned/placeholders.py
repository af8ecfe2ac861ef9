"""What stands for something of the conversation in a canned reply: {pembeli}, {resi}. No queries."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What it stands for, by each name that sellers may type.
NAMES = {
    "pembeli": "buyer",
    "buyer": "buyer",
    "toko": "shop",
    "shop": "shop",
    "pesanan": "order",
    "order": "order",
    "resi": "tracking",
    "tracking": "tracking",
    "produk": "product",
    "product": "product",
    "stok": "stock",
    "stock": "stock",
}
# For those who write canned replies: the name that is shown, and what it becomes.
EXPLAINED = {
    "pembeli": _("the buyer's name"),
    "toko": _("the shop's name"),
    "pesanan": _("the number of the buyer's newest order in this shop"),
    "resi": _("the tracking number of that order"),
    "produk": _("the product that the buyer asked about last"),
    "stok": _("how many of that product are left"),
}
WRITTEN = re.compile(r"\{\s*(\w+)\s*\}")


def fill(text: str, values: Mapping[str, str]) -> str:
    """With values ("buyer" -> "Rina") in their places. What has none stays as it is, to be seen."""

    def value(found: re.Match[str]) -> str:
        return values.get(NAMES.get(found[1].lower(), ""), "") or found[0]

    return WRITTEN.sub(value, text)


def unfilled(text: str) -> list[str]:
    """The placeholders that stand in it, as they are written, each once."""
    written = (found[0] for found in WRITTEN.finditer(text) if found[1].lower() in NAMES)
    return list(dict.fromkeys(written))


def unknown(text: str) -> list[str]:
    """What looks like a placeholder and is none: a slip of the pen."""
    written = (found[0] for found in WRITTEN.finditer(text) if found[1].lower() not in NAMES)
    return list(dict.fromkeys(written))


def check_filled(text: str) -> None:
    """No buyer reads "{resi}". Raises ValidationError."""
    if left := unfilled(text):
        raise ValidationError(
            _("Fill in %(placeholders)s first, or take it out: nothing is known for it here."),
            params={"placeholders": ", ".join(left)},
        )


def check_known(text: str) -> None:
    """Raises ValidationError."""
    if slips := unknown(text):
        raise ValidationError(
            _("There is no %(slips)s. Known are: %(names)s."),
            params={"slips": ", ".join(slips), "names": ", ".join(f"{{{name}}}" for name in EXPLAINED)},
        )
