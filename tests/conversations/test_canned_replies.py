"""Keeping canned replies: written, changed, worded per shop, previewed, deleted, by owners and supervisors."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from conversations.canned import pictures
from conversations.models import CannedReply
from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop
from tests.conftest import signed_in
from tests.factories import limit_to, make_conversation, make_shop, make_user
from tests.pictures import VIDEO, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def ongkir(seller: Seller) -> CannedReply:
    return CannedReply.objects.create(
        seller=seller, shortcut="ongkir", title="Ongkos kirim", text="Gratis ongkir"
    )


@pytest.fixture
def supervisor(seller: Seller) -> User:
    return make_user("supervisor@example.test", seller=seller, role=Membership.Role.SUPERVISOR)


def field(shop: Shop) -> str:
    return f"wording-{shop.pk}"


def save(client: Client, reply: CannedReply | Seller, **fields: Any) -> Any:
    is_new = isinstance(reply, Seller)
    name = "conversations:new-canned-reply" if is_new else "conversations:canned-reply"
    told = {"shortcut": "ongkir", "title": "Ongkos kirim", "text": "Gratis ongkir"} | fields
    return client.post(reverse(name, args=[reply.pk]), told, follow=True)


def test_a_new_one_stands_in_the_list(owner_client: Client, owner: User, seller: Seller) -> None:
    page = save(owner_client, seller, shortcut="/Ongkir", text="Halo {pembeli}")
    reply = CannedReply.objects.get()
    assert (reply.shortcut, reply.text, reply.changed_by) == ("ongkir", "Halo {pembeli}", owner)
    assert "/ongkir" in page.content.decode()
    assert "belum dipakai" in page.content.decode()


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"shortcut": "dua kata"}, "tanpa spasi"),
        ({"text": "Halo {pembelii}"}, "Tidak ada {pembelii}"),
        ({"text": ""}, "access__error"),
        ({"picture": SimpleUploadedFile("film.mp4", VIDEO)}, "film.mp4"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(
    owner_client: Client, seller: Seller, fields: dict[str, Any], problem: str
) -> None:
    page = save(owner_client, seller, **fields)
    assert page.status_code == 422
    assert problem in page.content.decode()
    assert not CannedReply.objects.exists()


def test_a_shortcut_is_one_reply_of_a_seller(
    owner_client: Client, seller: Seller, ongkir: CannedReply
) -> None:
    assert save(owner_client, seller, shortcut="ONGKIR").status_code == 422
    assert save(owner_client, ongkir, title="Lain").status_code == 200
    ongkir.refresh_from_db()
    assert ongkir.title == "Lain"


def test_a_shop_gets_its_own_words_and_goes_back_to_those_of_all(
    owner_client: Client, ongkir: CannedReply, shop: Shop
) -> None:
    save(owner_client, ongkir, **{field(shop): "Halo dari Toko Uji"})
    assert ongkir.wording(shop) == "Halo dari Toko Uji"
    save(owner_client, ongkir, **{field(shop): ""})
    assert CannedReply.objects.get().wording(shop) == "Gratis ongkir"


def test_a_limited_supervisor_leaves_the_words_of_other_shops_as_they_are(
    supervisor: User, ongkir: CannedReply, shop: Shop, seller: Seller
) -> None:
    other = make_shop(seller, name="Toko Dua")
    limit_to(supervisor, shop)
    ongkir.wordings.create(shop=other, text="Kata Toko Dua")
    save(signed_in(supervisor), ongkir, **{field(shop): "Kata Toko Uji", field(other): "diubah"})
    assert sorted(each.text for each in ongkir.wordings.all()) == ["Kata Toko Dua", "Kata Toko Uji"]


def test_a_text_that_is_too_long_for_a_shop_is_kept_with_a_warning_that_names_the_shop(
    owner_client: Client, seller: Seller, shop: Shop
) -> None:
    short = make_shop(seller, name="Toko Singkat")
    page = save(owner_client, seller, **{"text": "x" * 601, field(short): "pendek"}).content.decode()
    assert CannedReply.objects.exists()
    assert "Terlalu panjang untuk Toko Uji: 601 karakter, padahal batasnya 600" in page
    assert "Terlalu panjang untuk Toko Singkat" not in page


def test_pictures_are_added_and_taken_out_with_their_files(
    owner_client: Client, ongkir: CannedReply, django_capture_on_commit_callbacks: Any
) -> None:
    files = [SimpleUploadedFile(f"foto-{n}.jpg", picture()) for n in range(2)]
    save(owner_client, ongkir, picture=files)
    first, _second = ongkir.pictures.all()
    with django_capture_on_commit_callbacks(execute=True):
        save(owner_client, ongkir, without=str(first.pk))
    assert first not in ongkir.pictures.all()
    assert ongkir.pictures.count() == 1
    assert not Path(first.file.path).exists()


def test_more_pictures_than_a_reply_has_are_refused(owner_client: Client, ongkir: CannedReply) -> None:
    files = [SimpleUploadedFile(f"foto-{n}.jpg", picture()) for n in range(pictures.MOST + 1)]
    assert save(owner_client, ongkir, picture=files).status_code == 422
    assert ongkir.pictures.count() == 0


def preview(client: Client, conversation: object, **fields: str) -> Any:
    return client.post(reverse("conversations:canned-preview"), {"conversation": str(conversation)} | fields)


def test_a_preview_shows_it_with_a_real_conversation_in_the_words_of_its_shop(
    owner_client: Client, shop: Shop, ongkir: CannedReply
) -> None:
    conversation = make_conversation(shop, "halo", name="rina")
    page = preview(owner_client, conversation.pk, text="Halo {pembeli}, resi {resi}").content.decode()
    assert "Halo rina, resi {resi}" in page
    assert "Belum diketahui di percakapan ini: {resi}" in page
    own = preview(owner_client, conversation.pk, text="Halo", **{field(shop): "Hai {pembeli}"})
    assert "Hai rina" in own.content.decode()


def test_a_preview_of_anothers_conversation_is_none(stranger_client: Client, shop: Shop) -> None:
    assert preview(stranger_client, make_conversation(shop, "halo").pk, text="Halo").status_code == 404
    assert preview(stranger_client, "nonsense", text="Halo").status_code == 404


def test_a_deleted_one_is_gone_with_its_pictures(
    owner_client: Client, ongkir: CannedReply, django_capture_on_commit_callbacks: Any
) -> None:
    kept = pictures.keep(ongkir, picture())
    with django_capture_on_commit_callbacks(execute=True):
        owner_client.post(reverse("conversations:canned-reply-deletion", args=[ongkir.pk]))
    assert not CannedReply.objects.exists()
    assert not Path(kept.file.path).exists()


def test_agents_use_them_and_do_not_keep_them(colleague: User, seller: Seller, ongkir: CannedReply) -> None:
    client = signed_in(colleague)
    assert client.get(reverse("conversations:canned-replies")).status_code == 404
    assert save(client, ongkir, title="Diubah").status_code == 404
    assert save(client, seller, shortcut="baru").status_code == 404
    assert reverse("conversations:canned-replies") not in client.get(reverse("dashboard")).content.decode()
    ongkir.refresh_from_db()
    assert ongkir.title == "Ongkos kirim"


def test_a_stranger_finds_nothing(stranger_client: Client, seller: Seller, ongkir: CannedReply) -> None:
    assert save(stranger_client, ongkir).status_code == 404
    assert save(stranger_client, seller).status_code == 404
    assert "/ongkir" not in stranger_client.get(reverse("conversations:canned-replies")).content.decode()
    assert stranger_client.get(reverse("conversations:canned-reply", args=[uuid.uuid4()])).status_code == 404
