"""The table of states. Each is a function that brings a browser there and says which page is to be pictured:

    @state(USUAL)
    def buyer_panel(at: Scene) -> Page:
        return at.panel("buyer", GADGET, "Rina Permata")

Its name is the name of the picture. Which world it happens in is said by its stage (stages.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page, expect

from forstok_chat.screens.scene import BEAUTY, ELEKTRONIK, FASHION, GADGET, RUMAH, Scene
from forstok_chat.screens.stages import AWAY, BEFORE, DISCONNECTED, IMPORTING, QUEUED, USUAL, Stage

Draw = Callable[[Scene], Page]
CANNED = {
    "ongkir": "Halo {pembeli}, ongkos kirimnya gratis untuk pembelian di atas Rp100.000 ya.",
    "resi": "Pesanan {pesanan} sudah dikirim, nomor resinya {resi}. Terima kasih sudah belanja di {toko}!",
}


@dataclass(frozen=True)
class State:
    name: str
    stage: Stage
    draw: Draw


STATES: list[State] = []


def state(stage: Stage) -> Callable[[Draw], Draw]:
    def add(draw: Draw) -> Draw:
        STATES.append(State(draw.__name__.replace("_", "-"), stage, draw))
        return draw

    return add


# Before any shop is active


@state(BEFORE)
def sign_in(at: Scene) -> Page:
    return at.outside("/sign-in/")


@state(BEFORE)
def sign_in_refused(at: Scene) -> Page:
    page = at.outside("/sign-in/")
    page.locator("input[name=username]").fill("sari@toko.example")
    page.locator("input[type=password]").fill("salah")
    page.locator("input[type=password]").press("Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    return page


@state(BEFORE)
def new_password(at: Scene) -> Page:
    return at.outside("/password/")


@state(BEFORE)
def dashboard_first_day(at: Scene) -> Page:
    return at.inside("/")


@state(BEFORE)
def inbox_empty(at: Scene) -> Page:
    return at.inbox()


@state(BEFORE)
def shop_not_active(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(GADGET))


@state(IMPORTING)
def import_running(at: Scene) -> Page:
    page = at.inbox(shop=at.world.shop(GADGET))
    expect(page.locator("#import-progress")).to_be_visible()
    return page


# A day at work


@state(USUAL)
def dashboard(at: Scene) -> Page:
    return at.inside("/")


@state(USUAL)
def inbox_list(at: Scene) -> Page:
    return at.inbox()


@state(USUAL)
def inbox_of_a_shop(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(BEAUTY))


@state(USUAL)
def search_hit(at: Scene) -> Page:
    return at.inbox(q="Rina")


@state(USUAL)
def search_nothing(at: Scene) -> Page:
    return at.inbox(q="tidak-ada-yang-begini")


@state(USUAL)
def thread_texts(at: Scene) -> Page:
    return at.thread(GADGET, "Rina Permata")


@state(USUAL)
def thread_cards(at: Scene) -> Page:
    return at.thread(GADGET, at.world.notes["orders"])


@state(USUAL)
def thread_pictures(at: Scene) -> Page:
    return at.thread(GADGET, "Dewi Lestari")


@state(USUAL)
def thread_closed(at: Scene) -> Page:
    return at.thread(BEAUTY)


@state(USUAL)
def panel_orders(at: Scene) -> Page:
    return at.panel("orders", GADGET, at.world.notes["orders"])


@state(USUAL)
def panel_no_orders(at: Scene) -> Page:
    return at.panel("orders", GADGET, "Rina Permata")


@state(USUAL)
def panel_products(at: Scene) -> Page:
    return at.panel("products", GADGET, "Rina Permata")


@state(USUAL)
def panel_products_sold_out(at: Scene) -> Page:
    page = at.panel("products", GADGET, "Rina Permata")
    page.locator("#product-search").fill(at.world.sold_out(GADGET))
    expect(page.locator("#products [data-sold-out]").first).to_be_visible()
    return page


@state(USUAL)
def panel_products_not_found(at: Scene) -> Page:
    page = at.panel("products", GADGET, "Rina Permata")
    page.locator("#product-search").fill("tidak-ada-yang-begini")
    expect(page.locator("#products .empty")).to_be_visible()
    return page


@state(USUAL)
def panel_products_as_text(at: Scene) -> Page:
    return at.panel("products", ELEKTRONIK)


@state(USUAL)
def panel_buyer(at: Scene) -> Page:
    return at.panel("buyer", GADGET, "Rina Permata")


@state(USUAL)
def app_keys(at: Scene) -> Page:
    return at.inside("/settings/apps/")


@state(USUAL)
def app_keys_of_one(at: Scene) -> Page:
    page = at.inside("/settings/apps/")
    page.locator(".apps__app").first.click()
    return page


@state(USUAL)
def team(at: Scene) -> Page:
    return at.inside("/team/")


@state(USUAL)
def team_member(at: Scene) -> Page:
    page = at.inside("/team/")
    page.locator("a.member").last.click()
    return page


@state(USUAL)
def team_invitation(at: Scene) -> Page:
    page = at.inside("/team/")
    page.locator(".team__head a").first.click()
    return page


@state(USUAL)
def board(at: Scene) -> Page:
    return at.inside("/chat/board/")


@state(USUAL)
def inbox_overdue(at: Scene) -> Page:
    return at.inbox(only="overdue", sort="due")


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
    page = at.thread(GADGET, "Rina Permata")
    page.locator("#composer [data-text]").press_sequentially("/")
    expect(page.get_by_role("option")).not_to_have_count(0)
    return page


@state(USUAL)
def composer_not_filled_in(at: Scene) -> Page:
    page = at.thread(GADGET, "Rina Permata")
    page.locator("#composer [data-text]").fill("Nomor resinya {resi} ya, Kak")
    page.locator("#composer [data-text]").press("Enter")
    expect(page.locator("#composer-problem")).not_to_be_empty()
    return page


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


@state(USUAL)
def account(at: Scene) -> Page:
    return at.inside("/account/")


@state(USUAL)
def notifications(at: Scene) -> Page:
    return at.inside("/account/notifications/")


@state(USUAL)
def shortcuts(at: Scene) -> Page:
    page = at.thread(GADGET, "Rina Permata")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+?")
    expect(page.locator("#shortcuts")).to_be_visible()
    return page


@state(USUAL)
def account_menu(at: Scene) -> Page:
    page = at.inside("/")
    page.locator(".account").click()
    return page


@state(USUAL)
def password(at: Scene) -> Page:
    return at.inside("/account/password/")


@state(USUAL)
def not_found(at: Scene) -> Page:
    return at.inside("/chat/00000000-0000-4000-8000-000000000000/")


# When something does not go out, or does not come in


@state(QUEUED)
def queue(at: Scene) -> Page:
    return at.thread(ELEKTRONIK)


@state(QUEUED)
def queue_of_shopee(at: Scene) -> Page:
    return at.thread(GADGET, "Rina Permata")


@state(DISCONNECTED)
def shop_disconnected(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(FASHION))


@state(DISCONNECTED)
def thread_of_a_disconnected_shop(at: Scene) -> Page:
    page = at.thread(FASHION)
    expect(page.locator("#lock p")).to_be_visible()
    return page


@state(DISCONNECTED)
def shop_of_one_click(at: Scene) -> Page:
    return at.inbox(shop=at.world.shop(RUMAH))


@state(AWAY)
def reconnecting(at: Scene) -> Page:
    expect(at.page.locator(".connection__lost")).to_be_visible()
    return at.page


@state(AWAY)
def conversation_not_opened(at: Scene) -> Page:
    at.page.locator("#rows a").first.click()
    expect(at.page.locator(".connection__failed")).to_be_visible()
    return at.page
