"""One thing done to many chats: exactly once each, though workers die; only what one sees; and back for a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from conversations import tagging
from conversations.bulk import running, starting
from conversations.models import BulkAction, BulkItem, Conversation, StatusChange, Tag
from conversations.tasks import run_bulk
from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def chats(shop: Shop) -> list[Conversation]:
    return [make_conversation(shop, "halo", name=name) for name in ("ani", "budi", "citra")]


@pytest.fixture
def tag(seller: Seller) -> Tag:
    return Tag.objects.create(seller=seller, name="Komplain")


def start(verb: str, by: User, **more: Any) -> BulkAction:
    return starting.start(Conversation.objects.visible_to(by), verb, by=by, **more)


def work(action: BulkAction) -> BulkAction:
    run_bulk(str(action.pk))
    action.refresh_from_db()
    return action


def undo(action: BulkAction) -> BulkAction:
    assert starting.undo(action)
    return work(action)


def stand(chats: list[Conversation]) -> list[tuple[Any, ...]]:
    for chat in chats:
        chat.refresh_from_db()
    return [(chat.status, chat.assignee, chat.unread_count, chat.tags.count()) for chat in chats]


def test_ticked_chats_are_done_and_the_others_are_not(
    chats: list[Conversation],
    owner: User,
    owner_client: Client,
    nudges: list[Any],
    django_capture_on_commit_callbacks: Any,
) -> None:
    data = {"scope": "chosen", "chat": [chats[0].pk, chats[1].pk], "verb": "resolve", "sure": "on"}
    with django_capture_on_commit_callbacks(execute=True):
        answer = owner_client.post("/chat/bulk/", data, headers=HTMX)
    action = BulkAction.objects.get()
    assert ("run_bulk", (str(action.pk),)) in nudges
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    work(action)
    assert [status for status, *_rest in stand(chats)] == ["resolved", "resolved", "unserved"]
    told = owner_client.get(f"/chat/bulk/{action.pk}/", headers=HTMX).content.decode()
    assert "2 chat selesai dikerjakan" in told
    assert "every 1s" not in told


def test_everything_that_matches_is_what_matches_now(
    shop: Shop, chats: list[Conversation], owner: User, owner_client: Client
) -> None:
    chats[0].serve(owner)
    owner_client.post("/chat/bulk/?tab=unserved", {"scope": "matching", "verb": "read"}, headers=HTMX)
    late = make_conversation(shop, "baru", name="dewi")
    work(BulkAction.objects.get())
    assert [unread for _status, _assignee, unread, _tags in stand([*chats, late])] == [1, 0, 0, 1]


def test_the_choice_says_how_many_each_is(chats: list[Conversation], owner_client: Client) -> None:
    page = owner_client.post("/chat/bulk/choice/", {"chat": [chats[0].pk, "nonsense"]}).content.decode()
    assert "1 chat yang dipilih" in page
    assert "Semua yang cocok dengan filter ini (3)" in page


@pytest.mark.parametrize(
    "data", [{}, {"verb": "assign"}, {"verb": "tag"}, {"verb": "resolve", "chat": []}, {"verb": "sell"}]
)
def test_what_is_not_complete_comes_back(
    chats: list[Conversation], owner_client: Client, data: dict[str, Any]
) -> None:
    answer = owner_client.post(
        "/chat/bulk/", {"scope": "chosen", "chat": [chats[0].pk], **data}, headers=HTMX
    )
    assert answer.status_code == 422
    assert not BulkAction.objects.exists()


def test_chats_of_others_are_not_among_them(
    chats: list[Conversation], seller: Seller, colleague: User, stranger: User
) -> None:
    limit_to(colleague, make_shop(seller, name="Toko Lain"))
    data = {"scope": "chosen", "chat": [chats[0].pk], "verb": "read"}
    for person in (colleague, stranger):
        assert signed_in(person).post("/chat/bulk/", data, headers=HTMX).status_code == 422
    data["scope"] = "matching"
    signed_in(colleague).post("/chat/bulk/", data, headers=HTMX)
    assert not BulkItem.objects.exists()


def test_who_loses_a_shop_meanwhile_does_nothing_there(
    chats: list[Conversation], seller: Seller, colleague: User
) -> None:
    action = start("read", colleague)
    limit_to(colleague, make_shop(seller, name="Toko Lain"))
    work(action)
    assert action.counts["left_out"] == 3
    assert all(unread == 1 for _status, _assignee, unread, _tags in stand(chats))


def test_a_waiting_buyer_is_left_out_and_the_result_says_why(
    chats: list[Conversation], owner: User, owner_client: Client
) -> None:
    Conversation.objects.filter(pk=chats[0].pk).update(waiting_since=None)
    action = work(start("resolve", owner))
    assert (action.counts["done"], action.counts["left_out"]) == (1, 2)
    told = owner_client.get(f"/chat/bulk/{action.pk}/").content.decode()
    assert "2 chat dilewati" in told
    assert "1 × " in told


def test_a_chat_that_somebody_moved_meanwhile_is_left_alone(
    chats: list[Conversation], owner: User, colleague: User
) -> None:
    action = start("assign", owner, to=owner)
    chats[1].serve(colleague)
    work(action)
    assert [assignee for _status, assignee, *_rest in stand(chats)] == [owner, colleague, owner]
    assert action.reasons == [("Sudah dipindahkan orang lain sementara itu.", 1)]


def test_a_worker_that_is_killed_in_the_middle_is_followed_by_another_and_nothing_is_done_twice(
    chats: list[Conversation], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = start("resolve", owner, resolves_waiting=True)
    step, done = running.step, []

    def killed(action: BulkAction, pk: int) -> None:
        if len(done) == 2:
            raise SystemExit  # as a kill: nothing is tidied up
        done.append(pk)
        step(action, pk)

    monkeypatch.setattr(running, "step", killed)
    with pytest.raises(SystemExit):
        run_bulk(str(action.pk))
    monkeypatch.setattr(running, "step", step)
    assert StatusChange.objects.filter(verb="resolve").count() == 2
    assert running.due() == [], "until its lease ends"
    assert running.claim(action.pk) is None
    BulkAction.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert running.due() == [action.pk]
    work(action)
    assert action.state == "done"
    assert action.counts["done"] == 3
    assert StatusChange.objects.filter(verb="resolve").count() == 3


def test_one_that_dies_within_a_chat_leaves_it_waiting(
    chats: list[Conversation], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = start("resolve", owner, resolves_waiting=True)
    monkeypatch.setattr(BulkItem, "save", lambda *call, **more: (_ for _ in ()).throw(SystemExit))
    with pytest.raises(SystemExit):
        run_bulk(str(action.pk))
    assert not StatusChange.objects.filter(verb="resolve").exists()
    assert action.counts["waiting"] == 3


def test_a_long_one_gives_the_others_their_turn(
    chats: list[Conversation], owner: User, nudges: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "BATCH", 1)
    monkeypatch.setattr(running, "BUDGET", -1)
    action = start("read", owner)
    for done in (1, 2, 3):
        nudges.clear()
        work(action)
        assert action.counts["done"] == done
        assert nudges == [("run_bulk", (str(action.pk),))]
    assert work(action).state == "done"


Prepare = Callable[[list[Conversation], User, Tag], dict[str, Any]]
UNDONE: dict[str, Prepare] = {
    "resolve": lambda chats, by, tag: {"resolves_waiting": True},
    "assign": lambda chats, by, tag: {"to": by},
    "release": lambda chats, by, tag: [chat.serve(by) for chat in chats] and {},  # type: ignore[func-returns-value]
    "tag": lambda chats, by, tag: {"tag": tag},
    "untag": lambda chats, by, tag: [tagging.put_on(chat, tag, by) for chat in chats] and {"tag": tag},
    "read": lambda chats, by, tag: {},
}


@pytest.mark.parametrize("verb", UNDONE)
def test_each_is_undone_as_one(verb: str, chats: list[Conversation], owner: User, tag: Tag) -> None:
    more = UNDONE[verb](chats, owner, tag)
    before = stand(chats)
    action = work(start(verb, owner, **more))
    assert action.counts["done"] == 3
    assert all(one != other for one, other in zip(stand(chats), before, strict=True))
    undo(action)
    assert action.state == "undone"
    assert action.counts["back"] == 3
    assert stand(chats) == before


def test_what_has_moved_since_stays_and_the_result_says_so(
    chats: list[Conversation], owner: User, owner_client: Client
) -> None:
    action = work(start("assign", owner, to=owner))
    chats[2].resolve(owner)
    owner_client.post(f"/chat/bulk/{action.pk}/undoing/")
    work(action)
    assert [status for status, *_rest in stand(chats)] == ["unserved", "unserved", "resolved"]
    assert "1 chat tetap seperti sekarang" in owner_client.get(f"/chat/bulk/{action.pk}/").content.decode()


def test_it_is_undone_once_for_a_day_and_by_its_person(
    chats: list[Conversation], owner: User, colleague: User
) -> None:
    action = work(start("assign", owner, to=owner))
    address = f"/chat/bulk/{action.pk}/undoing/"
    assert signed_in(colleague).post(address).status_code == 404
    BulkAction.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    assert starting.undo(action) is False
    BulkAction.objects.update(created_at=timezone.now())
    assert starting.undo(action) is True
    assert starting.undo(action) is False
    work(action)
    assert starting.undo(action) is False


def test_a_tag_of_another_seller_and_one_that_is_deleted_touch_nothing(
    chats: list[Conversation], owner: User, tag: Tag, stranger: User
) -> None:
    theirs = Tag.objects.create(seller=stranger.jobs.get().seller, name="Lain")
    assert work(start("tag", owner, tag=theirs)).counts["left_out"] == 3
    action = start("tag", owner, tag=tag)
    tagging.remove(tag)
    assert work(action).reasons == [("Labelnya sudah dihapus.", 3)]


def test_one_chat_that_breaks_does_not_hold_up_the_others(
    chats: list[Conversation], owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    mark_read = Conversation.mark_read

    def breaks(self: Conversation, by: User) -> bool:
        if self.pk == chats[1].pk:
            raise RuntimeError("made up")
        return mark_read(self, by)

    monkeypatch.setattr(Conversation, "mark_read", breaks)
    action = work(start("read", owner))
    assert (action.state, action.counts["done"], action.counts["left_out"]) == ("done", 2, 1)


def test_ones_own_of_the_last_day_are_listed(
    chats: list[Conversation], owner: User, owner_client: Client, colleague: User
) -> None:
    work(start("read", owner))
    assert "Tandai sudah dibaca" in owner_client.get("/chat/bulk/").content.decode()
    assert "Belum ada tindakan massal" in signed_in(colleague).get("/chat/bulk/").content.decode()
    assert Membership.objects.filter(user=colleague).exists()
