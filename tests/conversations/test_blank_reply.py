"""What the browser draws at the moment of sending: the server's own bubble, without its text and id."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client

from marketplaces.models import Shop
from tests.factories import make_conversation

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("nudges")]


def shape(html: str) -> str:
    """The bubble's markup without what differs from reply to reply."""
    bubble = re.search(r'<li id="message-.*?</li>', html, re.DOTALL)
    assert bubble is not None
    varying = r'[0-9a-f]{8}-[0-9a-f-]{27}|data-sort="[^"]*"|datetime="[^"]*"|<time.*?</time>|value="[^"]{64}"'
    return re.sub(r"\s+", "", re.sub(varying, "", bubble[0], flags=re.DOTALL))


def test_it_looks_as_the_reply_will_look_in_the_queue(owner_client: Client, shop: Shop) -> None:
    conversation = make_conversation(shop, "ada stok?")
    page = owner_client.get(f"/chat/{conversation.pk}/").content.decode()
    blank = page.partition("<template data-sending>")[2].partition("</template>")[0]
    assert 'data-state="queued"' in blank
    assert "Dalam antrean" in blank
    assert 'data-sort="~"' in blank, "it stands last"
    assert "data-found" not in blank
    data = {"text": "ada", "client_id": str(uuid.uuid4())}
    sent = owner_client.post(
        f"/chat/{conversation.pk}/messages/", data, headers={"HX-Request": "true"}
    ).content.decode()
    assert shape(blank) == shape(sent.replace(">ada<", "> <"))


def test_where_nothing_can_be_sent_there_is_none(
    owner_client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = make_conversation(shop, "ada stok?")
    monkeypatch.delattr(shop.connector, "send_text")
    page = owner_client.get(f"/chat/{conversation.pk}/").content.decode()
    assert "data-sending" not in page
