"""What is set once."""

from __future__ import annotations

from playwright.sync_api import Page

from forstok_chat.screens.scene import GADGET, Scene
from forstok_chat.screens.stages import USUAL
from forstok_chat.screens.states.table import state


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
def team_sharing_out(at: Scene) -> Page:
    return at.inside("/shops/policies/")


@state(USUAL)
def team_sharing_out_of_a_shop(at: Scene) -> Page:
    return at.inside(f"/shops/{at.world.shop(GADGET)}/policy/")


@state(USUAL)
def hand_over(at: Scene) -> Page:
    return at.inside("/chat/hand-over/")


@state(USUAL)
def account(at: Scene) -> Page:
    return at.inside("/account/")


@state(USUAL)
def account_menu(at: Scene) -> Page:
    page = at.inside("/")
    page.locator(".account").click()
    return page


@state(USUAL)
def notifications(at: Scene) -> Page:
    return at.inside("/account/notifications/")


@state(USUAL)
def password(at: Scene) -> Page:
    return at.inside("/account/password/")
