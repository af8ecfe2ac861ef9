"""Bubbles of Tokopedia are HTML: what a person reads is kept, markup never passes."""

from __future__ import annotations

import pytest

from marketplaces.connectors.tokopedia.markup import text_of


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("Halo kak", "Halo kak"),
        ("baris satu\nbaris dua", "baris satu\nbaris dua"),
        ("satu<br>dua<br/>tiga<BR />\nempat", "satu\ndua\ntiga\nempat"),
        ("<p>satu</p><p>dua</p>", "satu\ndua"),
        ("<b>tebal</b> <span class='x'>dan</span> miring", "tebal dan miring"),
        ("A &amp; B &lt;3 &quot;ok&quot; &#39;ya&#39;", "A & B <3 \"ok\" 'ya'"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("<script>alert(1)</script>", "alert(1)"),
        ("", ""),
        ("  <br>  ", ""),
    ],
)
def test_markup_becomes_text(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ('<a href="https://a.test/x">https://a.test/x</a>', "https://a.test/x"),
        ('<a href="https://a.test/x/">a.test/x</a>', "a.test/x"),
        (
            'lihat <a rel="nofollow" href="https://a.test/?a=1&amp;b=2">ini</a>',
            "lihat ini https://a.test/?a=1&b=2",
        ),
        ("<a href='https://a.test/x'>ini", "ini https://a.test/x"),
        ('<a href="//a.test/1">satu</a> <a href="//a.test/2">dua</a>', "satu //a.test/1 dua //a.test/2"),
        ('<a href="mailto:sari@example.com">sari@example.com</a>', "sari@example.com"),
        ('<img src="https://a.test/foto.jpg">', "https://a.test/foto.jpg"),
        ("<a>tanpa alamat</a>", "tanpa alamat"),
    ],
)
def test_the_addresses_of_links_are_kept(markup: str, text: str) -> None:
    assert text_of(markup) == text


@pytest.mark.parametrize(
    "text",
    [
        "stok <3 ya kak, > 10 & < 20",
        "ukuran <besar> atau <kecil>?",
        "a<b",
        "https://a.test/?a=1&copy=2&lt=3",
        "5 &lt 6",
        "<",
        "aku < kamu > dia",
    ],
)
def test_text_that_only_looks_like_markup_stays(text: str) -> None:
    assert text_of(text) == text
