"""Writing a reply."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import GADGET, Scene
from forstok_chat.screens.stages import USUAL
from forstok_chat.screens.states.table import state

CANNED = {
    "ongkir": "Halo {pembeli}, ongkos kirimnya gratis untuk pembelian di atas Rp100.000 ya.",
    "resi": "Pesanan {pesanan} sudah dikirim, nomor resinya {resi}. Terima kasih sudah belanja di {toko}!",
}
# What a browser carries while a picture is dragged.
PICTURE = """() => {
    const dragged = new DataTransfer();
    dragged.items.add(new File(["..."], "produk.png", { type: "image/png" }));
    return dragged;
}"""


@state(USUAL)
def canned_replies(at: Scene) -> Page:
    return with_canned_replies(at)


@state(USUAL)
def canned_reply(at: Scene) -> Page:
    page = with_canned_replies(at)
    page.locator(".kept").first.click()
    expect(page.locator(".preview__text")).to_be_visible()
    return page


@state(USUAL)
def canned_reply_refused(at: Scene) -> Page:
    page = at.inside("/canned/")
    page.locator(".team__head a").first.click()
    write_canned_reply(page, "ongkos kirim", "Halo {pembelii}")
    expect(page.get_by_role("alert").first).to_be_visible()
    return page


@state(USUAL)
def composer_canned(at: Scene) -> Page:
    with_canned_replies(at)
    page = composer(at)
    page.locator("#composer [data-text]").fill("/")
    expect(page.get_by_role("option")).not_to_have_count(0)
    return page


@state(USUAL)
def composer_not_filled_in(at: Scene) -> Page:
    page = composer(at)
    page.locator("#composer [data-text]").fill("Nomor resinya {resi} ya, Kak")
    page.locator("#composer [data-text]").press("Enter")
    expect(page.locator("#composer-problem")).not_to_be_empty()
    return page


@state(USUAL)
def composer_emoji(at: Scene) -> Page:
    page = composer(at)
    page.locator("[popovertarget=emoji]").first.click()
    expect(page.locator(".emoji__one").first).to_be_visible()
    return page


@state(USUAL)
def composer_stickers(at: Scene) -> Page:
    page = composer(at)
    page.locator("[popovertarget=stickers]").first.click()
    expect(page.locator(".stickers__one").first).to_be_visible()
    return page


@state(USUAL)
def composer_drop(at: Scene) -> Page:
    """A picture is dragged over the thread."""
    page = composer(at)
    dragged = page.evaluate_handle(PICTURE)
    page.locator("#bubbles").dispatch_event("dragover", {"dataTransfer": dragged})
    expect(page.locator(".files__drop")).to_be_visible()
    return page


@state(USUAL)
def inbox_draft(at: Scene) -> Page:
    """The list while a reply is begun and not sent."""
    page = composer(at)
    page.locator("#composer [data-text]").fill("")
    with page.expect_response(lambda answer: "/unsent/" in answer.url):
        page.locator("#composer [data-text]").fill("Sebentar ya kak, saya cek dulu di gudang")
    page = at.inbox()
    expect(page.locator(".row__unsent")).to_be_visible()
    return page


def composer(at: Scene) -> Page:
    """Of a chat whose other pictures are taken, as what is begun stays."""
    return at.thread(GADGET, at.world.notes["orders"])


def with_canned_replies(at: Scene) -> Page:
    """Their page, with two of them; the first browser that comes writes them."""
    page = at.inside("/canned/")
    for shortcut, text in CANNED.items() if not page.locator(".kept").count() else ():
        page.locator(".team__head a").first.click()
        write_canned_reply(page, shortcut, text)
        expect(page.locator(".kept", has_text=shortcut)).to_be_visible()
    return page


def write_canned_reply(page: Page, shortcut: str, text: str) -> None:
    page.locator("input[name=shortcut]").fill(shortcut)
    page.locator("input[name=title]").fill(shortcut.capitalize())
    page.locator("textarea[name=text]").fill(text)
    page.locator("#canned-reply .button--primary").click()
