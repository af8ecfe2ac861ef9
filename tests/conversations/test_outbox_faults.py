"""Replies under late answers, our own faults and slow tokens: never twice, never lost, never stuck unseen."""

from __future__ import annotations

import ipaddress
import json
import socket
import ssl
import threading
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from django.utils import timezone

from conversations import outbox
from conversations.dispatch import Draft
from conversations.models import Conversation, OutgoingMessage
from conversations.tasks import deliver, settle, sweep_outbox
from forstok_chat.accounts.models import Seller, User
from marketplaces import throttle
from marketplaces.activation import deactivate
from marketplaces.content import Kind, Receipt
from marketplaces.errors import Uncertain
from marketplaces.http import TIMEOUT, Bucket, Http
from marketplaces.models import App, Credential, Shop
from tests.factories import make_conversation, make_shop
from tests.permits import free_permits
from tests.wire import (
    SHOPEE,
    SHOPEE_MESSAGES,
    SHOPEE_SEND,
    TOKOPEDIA_CHAT,
    shopee_error,
    shopee_message,
    shopee_page,
    shopee_sent,
)

State = OutgoingMessage.State
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet(nudges: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """Nudges are only noted, every permit is free."""
    free_permits(monkeypatch)
    monkeypatch.setattr(throttle, "pause", lambda *call: None)


@pytest.fixture
def conversation(shop: Shop) -> Conversation:
    return make_conversation(shop, "ada stok kak?")


def reply(conversation: Conversation, by: User) -> OutgoingMessage:
    return outbox.enqueue(conversation, by, Draft(Kind.TEXT, "ada kak"), uuid.uuid4()).outgoing


@pytest.fixture
def uncertain(web: responses.RequestsMock, conversation: Conversation, owner: User) -> OutgoingMessage:
    """A reply whose answer did not come in time."""
    outgoing = reply(conversation, owner)
    web.post(SHOPEE_SEND, body=requests.ReadTimeout())
    deliver(str(conversation.pk))
    outgoing.refresh_from_db()
    assert outgoing.state == State.UNCERTAIN
    return outgoing


def settle_after(outgoing: OutgoingMessage, attempted: timedelta) -> None:
    """Read it back as if it had been sent `attempted` ago."""
    OutgoingMessage.objects.filter(pk=outgoing.pk).update(
        next_attempt_at=timezone.now(), attempted_at=timezone.now() - attempted
    )
    settle(outgoing.pk)
    outgoing.refresh_from_db()


def post_reply(client: Client, conversation: Conversation, client_id: str, text: str) -> int:
    reply = {"client_id": client_id, "text": text}
    return client.post(f"/chat/{conversation.pk}/messages/", reply).status_code


# Reading back


def test_the_settling_time_counts_from_the_timeout_and_not_from_the_claim(
    web: responses.RequestsMock, uncertain: OutgoingMessage
) -> None:
    """The claim was 20 s ago, as the timeouts allow; the request was given up just now."""
    web.get(SHOPEE_MESSAGES, json=shopee_page())
    settle_after(uncertain, timedelta(seconds=sum(TIMEOUT)))
    assert uncertain.state == State.UNCERTAIN
    assert uncertain.next_attempt_at > timezone.now() + timedelta(seconds=5)


def test_a_reply_that_our_own_fault_keeps_from_settling_is_shown_to_a_person(
    uncertain: OutgoingMessage,
) -> None:
    App.objects.all().delete()
    settle_after(uncertain, timedelta(hours=1))
    assert (uncertain.state, uncertain.needs_person) == (State.UNCERTAIN, True)


def test_a_reply_beside_a_bubble_that_cannot_be_stored_is_shown_to_a_person(
    web: responses.RequestsMock, conversation: Conversation, uncertain: OutgoingMessage
) -> None:
    longer_than_the_column = shopee_message(conversation, "x", by_shop=False, message_id="9" * 70)
    web.get(SHOPEE_MESSAGES, json=shopee_page(longer_than_the_column))
    settle_after(uncertain, timedelta(hours=1))
    assert (uncertain.state, uncertain.needs_person) == (State.UNCERTAIN, True)


def test_a_daily_limit_does_not_hide_an_uncertain_reply_until_its_end(
    web: responses.RequestsMock, uncertain: OutgoingMessage
) -> None:
    refusal = shopee_error("error_rate_limit")
    web.get(SHOPEE_MESSAGES, json=refusal, status=429, headers={"Retry-After": "3600"})
    settle_after(uncertain, timedelta(seconds=21))
    assert uncertain.state == State.UNCERTAIN
    assert uncertain.next_attempt_at < timezone.now() + outbox.PERSON_AFTER


def test_a_yes_that_comes_after_the_sweep_still_counts_as_yes(
    conversation: Conversation, owner: User
) -> None:
    reply(conversation, owner)
    claimed = outbox.claim(conversation.pk)
    assert claimed is not None
    OutgoingMessage.objects.update(state=State.UNCERTAIN)
    outbox.accept(claimed, Receipt())
    claimed.refresh_from_db()
    assert claimed.accepted_at is not None


# Sending


def test_a_send_slowed_by_its_tokens_is_not_taken_for_lost_and_sent_twice(
    web: responses.RequestsMock, conversation: Conversation, owner: User
) -> None:
    """A refresh, a refused send, a renewal and the send itself may each last nearly as long as the timeouts;
    the sweep and the other workers go on meanwhile."""
    outgoing = reply(conversation, owner)
    tries: list[str] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        tries.append(request.url)
        if len(tries) == 1:
            return 200, {}, json.dumps(shopee_error("error_auth", "Invalid access_token."))
        return 200, {}, json.dumps(shopee_sent(conversation, "ada kak"))

    def renew(request: Any) -> tuple[int, dict[str, str], str]:
        slow = timedelta(seconds=4 * sum(TIMEOUT))
        OutgoingMessage.objects.update(attempted_at=timezone.now() - slow)
        sweep_outbox()
        settle_after(outgoing, slow)
        settle_after(outgoing, slow)
        OutgoingMessage.objects.update(next_attempt_at=timezone.now())
        Credential.objects.update(tokens={"access": "new", "refresh": "r"})  # what the first one will store
        deliver(str(conversation.pk))
        tokens = {"access_token": "new", "refresh_token": "r2", "expire_in": 14400, "error": ""}
        return 200, {}, json.dumps(tokens)

    web.add_callback(responses.POST, SHOPEE_SEND, callback=answer)
    web.add_callback(responses.POST, f"{SHOPEE}/auth/access_token/get", callback=renew)
    web.get(SHOPEE_MESSAGES, json=shopee_page())
    deliver(str(conversation.pk))
    assert len(tries) == 2, "one refused, one accepted"


def test_trying_again_in_a_shop_that_is_switched_off_sends_nothing(
    web: responses.RequestsMock, seller: Seller, owner: User, owner_client: Client
) -> None:
    """Tokopedia's tokens are the app's, so they are still there."""
    conversation = make_conversation(make_shop(seller, "tokopedia"), "ada?")
    outgoing = reply(conversation, owner)
    OutgoingMessage.objects.update(state=State.FAILED)
    deactivate(conversation.shop)
    answer = {"msg_id": 1, "msg": "ada kak", "reply_time": 1}
    web.post(f"{TOKOPEDIA_CHAT}/{conversation.remote_id}/reply", json={"header": {}, "data": answer})
    owner_client.post(f"/messages/{outgoing.message.client_id}/delivery/")
    deliver(str(conversation.pk))
    assert len(web.calls) == 0
    outgoing.refresh_from_db()
    assert outgoing.state == State.HELD


# Writing


def test_a_text_edited_after_a_lost_answer_is_a_reply_of_its_own(
    owner_client: Client, conversation: Conversation
) -> None:
    """The browser puts text and id back when the answer got lost; the agent edits it and sends again."""
    client_id = str(uuid.uuid4())
    post_reply(owner_client, conversation, client_id, "harga 10rb")
    post_reply(owner_client, conversation, client_id, "harga 100rb")
    texts = OutgoingMessage.objects.order_by("pk").values_list("message__text", flat=True)
    assert list(texts) == ["harga 10rb", "harga 100rb"]


def test_an_id_that_another_conversation_has_used_is_no_error(
    owner_client: Client, shop: Shop, conversation: Conversation
) -> None:
    other = make_conversation(shop, "halo", name="budi")
    client_id = str(uuid.uuid4())
    post_reply(owner_client, conversation, client_id, "a")
    assert post_reply(owner_client, other, client_id, "a") < 400
    assert other.outgoing.count() == 1


# The wire


def certify(directory: Path) -> tuple[Path, Path]:
    """A certificate of this machine that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([here]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file, key_file = directory / "certificate.pem", directory / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate_file, key_file


def test_a_tls_fault_after_the_request_left_is_uncertain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server takes the whole request, then a broken proxy answers in the clear."""
    certificate, key = certify(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    monkeypatch.setenv("NO_PROXY", "*")
    taken: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        accepted, _address = listener.accept()
        with context.wrap_socket(accepted, server_side=True) as encrypted:
            taken.append(encrypted.recv(65536))
            with socket.socket(fileno=encrypted.detach()) as plain:
                plain.sendall(b"HTTP/1.1 502 Bad Gateway\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=serve, args=[listener])
        thread.start()
        url = f"https://127.0.0.1:{listener.getsockname()[1]}/send"
        with pytest.raises(Uncertain):
            Http().request("POST", url, bucket=Bucket("test", 1), json={"text": "hai"})
        thread.join(5)
    assert b"POST /send" in taken[0], "the request did leave"
