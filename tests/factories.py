"""Plain functions that make rows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count

from django.utils import timezone

from conversations.ingest import ingest
from conversations.models import Alerts, Conversation, Message, PushSubscription
from forstok_chat.accounts.models import Membership, Seller, Session, User
from marketplaces.content import IncomingMessage, Kind, RemoteConversation, Tokens
from marketplaces.credentials import store
from marketplaces.models import App, Shop

numbers = count(2302748948493000000)

SHOPEE_KEYS = {
    "api_url": "https://shopee.test",
    "partner_id": "2000002",
    "partner_key": "shpk-made-up-partner-key",
    "push_key": "shpk-made-up-push-key",
}
TOKOPEDIA_KEYS = {
    "api_url": "https://fs.tokopedia.test",
    "auth_url": "https://accounts.tokopedia.test",
    "fs_id": "13004",
    "client_id": "made-up-client",
    "client_secret": "made-up-secret",
    "webhook_secret": "made-up-webhook-secret",
}
KEYS = {"shopee": SHOPEE_KEYS, "tokopedia": TOKOPEDIA_KEYS}


def make_user(email: str, *, seller: Seller, role: Membership.Role = Membership.Role.OWNER) -> User:
    user = User.objects.create_user(email, "a-good-password", name=email.split("@")[0].title())
    Membership.objects.create(user=user, seller=seller, role=role)
    return user


def limit_to(user: User, *shops: Shop) -> None:
    """This user sees only these shops."""
    membership = Membership.objects.get(user=user)
    membership.shops.set(shops)
    Membership.objects.filter(pk=membership.pk).update(sees_all_shops=False)


def make_app(marketplace: str = "shopee", seller: Seller | None = None) -> App:
    app, _created = App.objects.get_or_create(
        marketplace=marketplace, seller=seller, defaults={"keys": KEYS[marketplace]}
    )
    return app


def make_shop(
    seller: Seller, marketplace: str = "shopee", *, name: str = "Toko Uji", is_active: bool = True
) -> Shop:
    """A shop with its app and, when active, tokens that last an hour and more."""
    app = make_app(marketplace)
    shop = Shop.objects.create(
        seller=seller, marketplace=marketplace, remote_id=str(next(numbers))[-9:], name=name
    )
    if is_active:
        Shop.objects.filter(pk=shop.pk).update(state=Shop.State.ACTIVE, activated_at=timezone.now())
        shop.refresh_from_db()
        tokens = Tokens("access-token", timezone.now() + timedelta(hours=4), "refresh-token")
        store(app, None if shop.connector.token_scope == "app" else shop, tokens)
    return shop


def remote(name: str = "rina", number: str = "") -> RemoteConversation:
    number = number or f"38732689{sum(map(ord, name)):09d}"
    return RemoteConversation(remote_id=number, buyer_id=number[-8:], buyer_name=name)


def said(
    text: str,
    *,
    by_buyer: bool = True,
    at: datetime | None = None,
    remote_id: str = "",
    kind: Kind = Kind.TEXT,
    is_automatic: bool = False,
) -> IncomingMessage:
    """A bubble as a connector hands it over."""
    remote_id = remote_id or str(next(numbers))
    return IncomingMessage(
        remote_id=remote_id,
        is_from_buyer=by_buyer,
        sent_at=at or datetime.now(UTC),
        sequence=int(remote_id),
        kind=kind,
        text=text,
        is_automatic=is_automatic,
    )


def make_conversation(shop: Shop, *texts: str, name: str = "rina") -> Conversation:
    """A conversation in which the buyer said these texts, a second apart, the last one a minute ago."""
    last = timezone.now() - timedelta(minutes=1)
    bubbles = [
        said(text, at=last - timedelta(seconds=len(texts) - place)) for place, text in enumerate(texts, 1)
    ]
    return ingest(shop, remote(name), bubbles, Message.Source.READING)


# Of a browser: the public point of a key pair and a shared secret, as it would tell them.
BROWSER_KEYS = {
    "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
    "auth": "BTBZMqHH6r4Tts7J_aSIgg",
}


def subscribe(user: User, endpoint: str = "https://fcm.googleapis.com/fcm/send/made-up") -> PushSubscription:
    """A browser in which this person is signed in, and which may be pushed to."""
    Alerts.objects.get_or_create(user=user)
    session = Session.objects.create(
        session_key=f"of {user.pk} {next(numbers)}", user=user, expire_date=timezone.now() + timedelta(days=1)
    )
    return PushSubscription.objects.create(
        user=user,
        session=session,
        mark=sha256(endpoint.encode()).hexdigest(),
        address={"endpoint": endpoint, **BROWSER_KEYS},
        device="Chrome di Linux",
    )
