from __future__ import annotations


def rupiah(amount: int) -> str:
    """Rp10.000"""
    return "Rp" + f"{amount:,}".replace(",", ".")
