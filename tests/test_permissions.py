"""Who may do what: the table of the docs is the code's, and every URL of the product is asked as everybody.

A new URL needs a row in ROWS: its name and method, then the status that each of PEOPLE gets, then what it is asked
with. Keyword arguments of the address are names of things in the world (a `pk` of it), or texts.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pytest
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from conversations import outbox, public_links, stream
from conversations.bulk import starting
from conversations.canned import pictures
from conversations.dispatch import Draft
from conversations.models import CannedReply, Conversation, ConversationNote, HandOver, SavedView, Tag
from conversations.stream import Viewer
from forstok_chat.accounts.models import Invitation, Membership, Seller, User
from forstok_chat.accounts.permissions import PERMISSIONS, Permission, Role
from forstok_chat.asgi import STREAM_PATH
from marketplaces.content import Kind
from marketplaces.models import Activation
from marketplaces.models.media import MediaFile
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user, subscribe
from tests.pictures import picture as a_picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]

# The stranger owns another seller; the colleague is an agent of ours without the shop, the others have it.
PEOPLE = ("anonymous", "stranger", "colleague", "agent", "supervisor", "owner")

SIGNED_IN = "302 200 200 200 200 200"  # every one sees their own
OF_SHOP = "302 404 404 200 200 200"
OF_SHOP_ON = "302 404 404 302 302 302"  # done, and back to the page
LEADERS_ON = "302 404 404 404 302 302"
OWNER = "302 404 404 404 404 200"
PUBLIC = "200 200 200 200 200 200"


class Row(NamedTuple):
    name: str
    method: str
    statuses: str
    address: dict[str, str] = {}
    data: dict[str, str] = {}


ROOM = {"pk": "conversation"}
BUBBLE = {"client_id": "client_id"}
SHOP = {"pk": "shop"}
ATTEMPT = {"pk": "attempt"}
APP = {"seller": "seller", "marketplace": "shopee"}
BULK = {"chat": "conversation", "scope": "chosen", "verb": "read"}
ROWS = [
    Row("manifest", "GET", PUBLIC),
    Row("dashboard", "GET", SIGNED_IN),
    Row("healthz", "GET", PUBLIC),
    Row("set_language", "POST", "302 302 302 302 302 302", {}, {"language": "en"}),
    # The inbox
    Row("conversations:inbox", "GET", SIGNED_IN),
    Row("conversations:board", "GET", SIGNED_IN),
    Row("conversations:rows", "GET", SIGNED_IN),
    Row("conversations:live", "GET", SIGNED_IN),
    Row("conversations:emoji", "GET", SIGNED_IN),
    Row("conversations:thread", "GET", OF_SHOP, ROOM),
    Row("conversations:messages", "GET", OF_SHOP, ROOM, {"before": "client_id"}),
    Row("conversations:messages", "POST", "302 404 404 422 422 422", ROOM),
    Row("conversations:unsent", "POST", "302 404 404 422 422 422", ROOM),
    Row("conversations:notes", "GET", OF_SHOP, ROOM),
    Row("conversations:notes", "POST", "302 404 404 422 422 422", ROOM),
    Row("conversations:note", "GET", "302 404 404 404 404 200", {**ROOM, "note": "note"}),
    Row("conversations:note", "POST", "302 404 404 404 404 422", {**ROOM, "note": "note"}),
    Row("conversations:note-deletion", "POST", "302 404 404 404 404 302", {**ROOM, "note": "note"}),
    Row("conversations:tags", "GET", OF_SHOP, ROOM),
    Row("conversations:tags", "POST", OF_SHOP_ON, ROOM, {"tag": "tag", "on": "1"}),
    Row("conversations:pin", "POST", OF_SHOP_ON, ROOM, {"on": "1"}),
    Row("conversations:files", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:older", "POST", "302 404 404 404 404 404", ROOM),
    Row("conversations:waiting", "GET", OF_SHOP, ROOM),
    Row("conversations:held-in-room", "GET", OF_SHOP_ON, ROOM),
    Row("conversations:held-in-room", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:canned", "GET", OF_SHOP, ROOM, {"text": "/"}),
    Row("conversations:stickers", "GET", OF_SHOP, ROOM),
    Row("conversations:stickers", "POST", "302 404 404 404 404 404", ROOM),
    Row("conversations:orders", "GET", OF_SHOP_ON, ROOM),
    Row("conversations:orders", "POST", "302 404 404 404 404 404", ROOM),
    Row("conversations:products", "GET", OF_SHOP_ON, ROOM),
    Row("conversations:products", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:buyer", "GET", OF_SHOP_ON, ROOM),
    Row("conversations:assignment", "GET", OF_SHOP, ROOM),
    Row("conversations:assignment", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:release", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:resolution", "GET", OF_SHOP_ON, ROOM),
    Row("conversations:resolution", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:reopening", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:hand-over", "GET", SIGNED_IN),
    Row("conversations:hand-over", "POST", "302 422 302 302 302 302", {}, {"seller": "seller"}),
    Row("conversations:hand-over-undoing", "POST", "302 404 404 404 404 302", {"pk": "handed"}),
    Row("conversations:snooze", "GET", OF_SHOP, ROOM),
    Row("conversations:snooze", "POST", "302 404 404 422 422 422", ROOM),
    Row("conversations:waking", "POST", OF_SHOP_ON, ROOM),
    Row("conversations:changes", "GET", OF_SHOP, ROOM),
    Row("conversations:undoing", "POST", OF_SHOP_ON, {**ROOM, "change": "change"}),
    Row("conversations:delivery", "GET", OF_SHOP_ON, BUBBLE),
    Row("conversations:delivery", "POST", OF_SHOP_ON, BUBBLE),
    Row("conversations:confirmation", "POST", OF_SHOP_ON, BUBBLE),
    Row("conversations:link", "POST", OF_SHOP_ON, BUBBLE),
    Row("conversations:cancellation", "POST", OF_SHOP_ON, BUBBLE),
    Row("conversations:revision", "POST", OF_SHOP_ON, BUBBLE),
    Row("conversations:media", "GET", OF_SHOP, {"pk": "picture"}),
    Row("conversations:media-small", "GET", OF_SHOP, {"pk": "picture"}),
    Row("conversations:public-media", "GET", PUBLIC, {"token": "public_token"}),
    Row("conversations:webhook", "POST", "401 401 401 401 401 401", {"marketplace": "shopee"}),
    # Many chats at once
    Row("conversations:bulk-choice", "POST", SIGNED_IN, {}, {"chat": "conversation"}),
    Row("conversations:bulk-actions", "GET", SIGNED_IN),
    Row("conversations:bulk-actions", "POST", "302 422 422 302 302 302", {}, BULK),
    Row("conversations:bulk-action", "GET", "302 404 404 404 404 200", {"pk": "bulk"}),
    Row("conversations:bulk-undoing", "POST", "302 404 404 404 404 302", {"pk": "bulk"}),
    # Saved views
    Row("conversations:saved-views", "GET", SIGNED_IN),
    Row("conversations:saved-views", "POST", "302 302 302 302 302 302", {}, {"name": "Komplain"}),
    Row("conversations:saved-view", "POST", LEADERS_ON, {"pk": "view"}, {"name": "Lain"}),
    Row("conversations:saved-view-place", "POST", LEADERS_ON, {"pk": "view"}),
    Row("conversations:saved-view-deletion", "POST", LEADERS_ON, {"pk": "view"}),
    # Tags
    Row("conversations:tag-list", "GET", "302 200 404 404 200 200"),
    Row("conversations:new-tag", "GET", "302 404 404 404 200 200", {"seller": "seller"}),
    Row("conversations:new-tag", "POST", "302 404 404 404 422 422", {"seller": "seller"}),
    Row("conversations:tag", "GET", "302 404 404 404 200 200", {"pk": "tag"}),
    Row("conversations:tag", "POST", "302 404 404 404 422 422", {"pk": "tag"}),
    Row("conversations:tag-deletion", "GET", "302 404 404 404 200 200", {"pk": "tag"}),
    Row("conversations:tag-deletion", "POST", LEADERS_ON, {"pk": "tag"}),
    # Canned replies
    Row("conversations:canned-picture", "GET", "302 404 200 200 200 200", {"pk": "canned_picture"}),
    Row("conversations:canned-replies", "GET", "302 200 404 404 200 200"),
    Row("conversations:new-canned-reply", "GET", "302 404 404 404 200 200", {"seller": "seller"}),
    Row("conversations:new-canned-reply", "POST", "302 404 404 404 422 422", {"seller": "seller"}),
    Row("conversations:canned-reply", "GET", "302 404 404 404 200 200", {"pk": "canned_reply"}),
    Row("conversations:canned-reply", "POST", "302 404 404 404 422 422", {"pk": "canned_reply"}),
    Row("conversations:canned-reply-deletion", "POST", LEADERS_ON, {"pk": "canned_reply"}),
    Row(
        "conversations:canned-preview",
        "POST",
        "302 404 404 404 200 200",
        {},
        {"conversation": "conversation"},
    ),
    # Shops
    Row("conversations:held-of-shop", "GET", OF_SHOP_ON, SHOP),
    Row("conversations:held-of-shop", "POST", OF_SHOP_ON, SHOP),
    Row("conversations:policies", "GET", "302 200 404 404 200 200"),
    Row("conversations:policy", "GET", "302 404 404 404 200 200", SHOP),
    Row("conversations:policy", "POST", "302 404 404 404 422 422", SHOP),
    Row("conversations:successor", "GET", "302 404 404 404 200 200", {"pk": "shut_shop"}),
    Row("conversations:successor", "POST", LEADERS_ON, {"pk": "shut_shop"}),
    Row("marketplaces:activation", "POST", LEADERS_ON, SHOP),
    Row("marketplaces:deactivation", "POST", LEADERS_ON, SHOP),
    Row("marketplaces:registered-callback", "GET", LEADERS_ON, {}, {"state": "attempt"}),
    Row("marketplaces:activation-callback", "GET", LEADERS_ON, ATTEMPT),
    Row("marketplaces:granted-shops", "GET", LEADERS_ON, ATTEMPT),
    Row("marketplaces:granted-shops", "POST", LEADERS_ON, ATTEMPT),
    Row("marketplaces:cancellation", "POST", LEADERS_ON, ATTEMPT),
    Row("marketplaces:apps", "GET", "302 200 404 404 404 200"),
    Row("marketplaces:app", "GET", OWNER, APP),
    Row("marketplaces:app", "POST", "302 404 404 404 404 422", APP),
    Row("marketplaces:platform-app", "POST", "302 404 404 404 404 302", APP),
    # People
    Row("accounts:login", "GET", "200 302 302 302 302 302"),
    Row("accounts:login", "POST", "200 302 302 302 302 302"),
    Row("accounts:logout", "POST", "302 302 302 302 302 302"),
    Row("accounts:new-password-mail", "GET", PUBLIC),
    Row("accounts:new-password-mail", "POST", PUBLIC),
    Row("accounts:new-password-mailed", "GET", PUBLIC),
    Row("accounts:new-password", "GET", PUBLIC, {"uidb64": "MQ", "token": "made-up"}),
    Row("accounts:new-password", "POST", PUBLIC, {"uidb64": "MQ", "token": "made-up"}),
    Row("accounts:invitation", "GET", PUBLIC, {"token": "invitation_token"}),
    Row("accounts:invitation", "POST", "422 422 422 422 422 422", {"token": "invitation_token"}),
    Row("accounts:account", "GET", SIGNED_IN),
    Row("accounts:account", "POST", "302 422 422 422 422 422"),
    Row("accounts:away", "POST", "302 302 302 302 302 302", {}, {"is_away": "1"}),
    Row("accounts:sending-key", "POST", "302 204 204 204 204 204", {}, {"enter_sends": "0"}),
    Row("accounts:password", "GET", SIGNED_IN),
    Row("accounts:password", "POST", SIGNED_IN),
    Row("conversations:alerts", "GET", SIGNED_IN),
    Row("conversations:alerts", "POST", "302 422 422 422 422 422"),
    Row("conversations:subscriptions", "POST", "302 302 302 302 302 302"),
    Row("conversations:subscription-ending", "POST", "302 404 404 404 404 302", {"pk": "subscription"}),
    Row("conversations:service-worker", "GET", PUBLIC),
    Row("accounts:session-endings", "POST", "302 302 302 302 302 302"),
    Row("accounts:session-ending", "POST", "302 404 404 404 404 404", {"mark": "somebody-elses"}),
    Row("team:team", "GET", "302 200 404 404 200 200"),
    Row("team:invitations", "GET", "302 404 404 404 200 200", {"seller": "seller"}),
    Row("team:invitations", "POST", "302 404 404 404 422 422", {"seller": "seller"}),
    Row("team:invitation-mail", "POST", LEADERS_ON, {"pk": "invitation"}),
    Row("team:withdrawal", "POST", LEADERS_ON, {"pk": "invitation"}),
    Row("team:member", "GET", "302 404 404 404 200 200", {"uuid": "agent_member"}),
    Row("team:member", "POST", "302 404 404 404 422 422", {"uuid": "agent_member"}),
    Row("team:deactivation", "POST", LEADERS_ON, {"uuid": "agent_member"}),
    Row("team:reactivation", "POST", LEADERS_ON, {"uuid": "agent_member"}),
]


@pytest.fixture
def world(
    seller: Seller, owner: User, stranger: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    """By name: the people, and what the addresses name."""
    # The stream works in a thread of its own and cleans up there.
    monkeypatch.setattr(stream, "close_old_connections", lambda: None)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    shop, other = make_shop(seller, name="Toko Satu"), make_shop(seller, name="Toko Dua")
    shut_shop = make_shop(seller, "tokopedia", name="Toko Lama", is_active=False)
    people = {"stranger": stranger, "owner": owner}
    for name, role in {"colleague": Role.AGENT, "agent": Role.AGENT, "supervisor": Role.SUPERVISOR}.items():
        people[name] = make_user(f"{name}@example.test", seller=seller, role=role)
    limit_to(people["colleague"], other)
    limit_to(people["agent"], shop)
    limit_to(people["supervisor"], shop, shut_shop)
    conversation = make_conversation(shop, "ada stok?")
    reply = outbox.enqueue(conversation, owner, Draft(Kind.TEXT, text="ada"), uuid4())
    picture = MediaFile(shop=shop, state=MediaFile.State.STORED, content_type="image/jpeg", size=3)
    picture.file.save("a.jpg", ContentFile(b"jpg"), save=False)
    picture.small.save("b.jpg", ContentFile(b"jpg"))
    canned_reply = CannedReply.objects.create(seller=seller, shortcut="ongkir", title="Ongkir", text="Gratis")
    invitation = Invitation(seller=seller, email="new@example.test", sees_all_shops=False, invited_by=owner)
    token = invitation.renew()
    invitation.shops.set([shop])
    return {
        **people,
        "seller": seller.pk,
        "shop": shop.pk,
        "shut_shop": shut_shop.pk,
        "conversation": conversation.pk,
        "client_id": reply.client_id,
        "note": ConversationNote.objects.create(conversation=conversation, author=owner, text="cek").pk,
        "tag": Tag.objects.create(seller=seller, name="Komplain").pk,
        "bulk": starting.start(Conversation.objects.none(), "read", by=owner).pk,
        "view": SavedView.objects.create(seller=seller, name="Tim").pk,
        "handed": HandOver.objects.create(seller=seller, by=owner).pk,
        "change": conversation.status_changes.get().pk,
        "picture": picture.pk,
        "public_token": public_links.link_to(picture, public_links.FOR_A_BUYER)
        .rstrip("/")
        .rpartition("/")[2],
        "canned_reply": canned_reply.pk,
        "canned_picture": pictures.keep(canned_reply, a_picture()).pk,
        "subscription": subscribe(owner).pk,
        "invitation": invitation.pk,
        "invitation_token": token,
        "agent_member": Membership.objects.get(user=people["agent"]).uuid,
        "attempts": {
            name: Activation.objects.create(shop=shop, user=user).pk for name, user in people.items()
        },
    }


def named(values: dict[str, str], world: dict[str, Any], person: str) -> dict[str, str]:
    """With the world's things in place of their names."""
    things = world | {"attempt": world["attempts"].get(person, world["attempts"]["owner"])}
    return {key: str(things.get(value, value)) for key, value in values.items()}


def patterns(urls: list[URLPattern | URLResolver], within: str = "") -> Iterator[tuple[str, str | None]]:
    """(namespace, name) of every URL."""
    for each in urls:
        if isinstance(each, URLResolver):
            yield from patterns(each.url_patterns, each.namespace or within)
        else:
            yield within, each.name


def viewer_of(user: User) -> Viewer:
    """As the live stream knows them."""
    cookie = signed_in(user).cookies["sessionid"].value
    viewer = stream.signed_in({b"cookie": f"sessionid={cookie}".encode()})
    assert viewer is not None
    return viewer


def statuses(row: Row, world: dict[str, Any]) -> str:
    found = []
    for person in PEOPLE:
        client = Client() if person == "anonymous" else signed_in(world[person])
        address = reverse(row.name, kwargs=named(row.address, world, person))
        with transaction.atomic():  # what one person does is undone before the next one comes
            response = client.generic(row.method, address) if row.method == "DELETE" else None
            if response is None:
                response = getattr(client, row.method.lower())(address, named(row.data, world, person))
            if response.streaming:
                list(response)  # to its end, which closes the file
            transaction.set_rollback(True)
        found.append(str(response.status_code))
    return " ".join(found)


def test_every_url_has_a_row() -> None:
    names = {
        f"{within}:{name}" if within else str(name) for within, name in patterns(get_resolver().url_patterns)
    }
    rows = {row.name for row in ROWS}
    assert {name for name in names if not name.startswith("admin:")} - rows == set(), "add rows to ROWS"
    assert rows - names == set(), "URLs that are gone"


def test_everybody_gets_what_their_row_says(world: dict[str, Any]) -> None:
    wrong = [
        f"{row.name} {row.method}: {got}, expected {row.statuses}"
        for row in ROWS
        if (got := statuses(row, world)) != row.statuses
    ]
    assert wrong == []


def test_anonymous_people_are_sent_to_sign_in(world: dict[str, Any]) -> None:
    for row in ROWS:
        if row.statuses.startswith("302") and row.name not in {"set_language", "accounts:logout"}:
            address = reverse(row.name, kwargs=named(row.address, world, "anonymous"))
            answer = Client().generic(row.method, address)
            assert answer["Location"].startswith("/sign-in/"), row


def admin_addresses() -> Iterator[str]:
    for within, name in patterns(get_resolver().url_patterns):
        if within == "admin" and name not in {"login", "logout", None}:
            yield admin_address(f"admin:{name}")


def admin_address(name: str) -> str:
    for args in ([], ["1"], ["1", "1"], ["accounts"]):
        try:
            return reverse(name, args=args)
        except NoReverseMatch:
            continue
    raise AssertionError(f"no address of {name}")


def test_the_admin_is_closed_to_everybody_but_support_staff(world: dict[str, Any]) -> None:
    for person in PEOPLE:
        client = Client() if person == "anonymous" else signed_in(world[person])
        for address in admin_addresses():
            answer = client.get(address)
            assert answer.status_code == 302, (person, address)
            assert answer["Location"].startswith("/admin/login/"), (person, address)
    staff = User.objects.create_superuser("support@example.test", "a-good-password", name="Support")
    for address in (reverse("admin:index"), reverse("admin:accounts_user_changelist")):
        assert signed_in(staff).get(address).status_code == 200


def test_the_stream_is_open_to_the_signed_in_and_tells_of_their_own_seller(world: dict[str, Any]) -> None:
    assert STREAM_PATH == "/live/stream/"
    assert stream.signed_in({}) is None
    for person in PEOPLE[1:]:
        assert (world["seller"] in viewer_of(world[person]).sellers) == (person != "stranger")


def test_whoever_has_no_access_any_more_gets_nothing(world: dict[str, Any]) -> None:
    """The agent had everything of the shop; a membership that has ended opens nothing of it."""
    Membership.objects.filter(user=world["agent"]).update(left_at=timezone.now())
    for row in ROWS:
        if row.statuses in {OF_SHOP, OF_SHOP_ON}:
            address = reverse(row.name, kwargs=named(row.address, world, "agent"))
            assert signed_in(world["agent"]).generic(row.method, address).status_code == 404, row
    assert viewer_of(world["agent"]).sellers == []


def test_the_table_of_the_docs_is_the_code() -> None:
    docs = (Path(__file__).parents[1] / "docs/permissions.md").read_text()
    head, _line, *rows = [line.strip("|").split(" | ") for line in docs.splitlines() if line.startswith("|")]
    columns = [Role(each.strip()) for each in head[2:]]
    table = {
        row[0].strip(" `"): {role for role, may in zip(columns, row[2:], strict=True) if "yes" in may}
        for row in rows
    }
    assert columns == list(Role)
    assert table == {str(each): {role for role in Role if each in PERMISSIONS[role]} for each in Permission}
