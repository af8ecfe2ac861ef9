"""What of a buyer's words becomes a link, and what never does."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.emoji import is_emoji_alone
from conversations.links import is_web_address, linked

LINK = re.compile(r'<a href="([^"]*)" target="_blank" rel="noopener noreferrer nofollow">([^<]*)</a>')


def links(text: str) -> list[str]:
    found = LINK.findall(linked(text))
    assert linked(text).count("<a ") == len(found), "every link is of this one form"
    assert all(href == shown for href, shown in found), "what is shown is what is opened"
    return [href for href, _shown in found]


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("cek https://shopee.co.id/produk-i.1.2 ya kak", "https://shopee.co.id/produk-i.1.2"),
        ("HTTPS://SHOPEE.CO.ID/A", "HTTPS://SHOPEE.CO.ID/A"),
        ("http://localhost:8000/chat/", "http://localhost:8000/chat/"),
        ("http://10.0.0.1/a", "http://10.0.0.1/a"),
        ("di https://a.test/b.", "https://a.test/b"),
        ("(lihat https://a.test/b)", "https://a.test/b"),
        ("https://id.wikipedia.org/wiki/Toko_(usaha)", "https://id.wikipedia.org/wiki/Toko_(usaha)"),
        ("https://a.test/?q=1&amp=2", "https://a.test/?q=1&amp;amp=2"),
        ("https://a.test/kopi-☕", "https://a.test/kopi-☕"),
        ("*https://a.test/b*", "https://a.test/b"),
        ("https://a.test, lalu", "https://a.test"),
        ("https://a.test/b\u00a0kak", "https://a.test/b"),
        ("https://a.test/\u202egpj.exe", "https://a.test/"),
        ("javascript:https://a.test/b", "https://a.test/b"),
    ],
)
def test_a_web_address_is_a_link(text: str, link: str) -> None:
    assert links(text) == [link]


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)//https:/a",
        "data:text/html,<script>alert(1)</script>",
        "ftp://a.test/b",
        "//a.test/b",
        "www.shopee.co.id",
        "https://",
        "https://.",
        "https:///a.test",
        "https://shopee.co.id@jahat.test/",
        "https://shopee.co.id:rahasia@jahat.test/",
        "https://shopee.co.id\\@jahat.test/",
        "https://shopee.co.id\\.jahat.test/",
        "https://shоpee.co.id/",  # a Cyrillic о
        "https://shopee。co。id/",
        "https://ｓhopee.co.id/",
        "ｈttps://a.test/",
        "httpſ://a.test/",  # upper-cased, this letter is an S
        "https：//a.test/",
        "https://[::1",
        "https://a.test:99999999/",
        "https://shopee\u200b.co.id/",
        "https://-a.test/",
        "xhttps://a.test/",
    ],
)
def test_anything_else_is_not_and_is_shown_as_it_is(text: str) -> None:
    assert links(text) == []
    assert "<a" not in linked(text)
    assert "<script" not in linked(text)
    assert not is_web_address(text)


def test_what_surrounds_a_link_stays_text() -> None:
    assert linked("<b>https://a.test/</b>") == (
        '&lt;b&gt;<a href="https://a.test/" target="_blank" rel="noopener noreferrer nofollow">https://a.test/</a>'
        "&lt;/b&gt;"
    )
    assert links('http://a.test/"onclick="alert(1)') == ["http://a.test/"]
    assert links("https://a.test/1 https://b.test/2") == ["https://a.test/1", "https://b.test/2"]


@given(st.text(alphabet="htps:/.@\\<>\"'&aé\u202e ()[]ſо1", max_size=60))
def test_whatever_is_written_nothing_is_lost_and_nothing_gets_out(text: str) -> None:
    html = linked(f"https://{text}")
    assert unescape(LINK.sub(r"\2", html)) == f"https://{text}"
    assert all(is_web_address(unescape(href)) for href in links(f"https://{text}"))


@pytest.mark.parametrize(
    "text",
    ["😊", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🇮🇩", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "🙏🙏🙏", " 🙏 😊 ", "☺️", "⭐", "🏳️‍🌈", "©️", "🧑🏿‍🚀"],
)
def test_emoji_alone_are_known(text: str) -> None:
    assert is_emoji_alone(text)


@pytest.mark.parametrize(
    "text", ["", " ", "ok", "ok 😊", "😊😊😊😊", "1", "123", "#", "©", "→", "!", "\u200d", "🇮"]
)
def test_other_texts_are_not(text: str) -> None:
    assert not is_emoji_alone(text)
