"""What holds for every connector; a new one is picked up by itself."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
import responses

from marketplaces.connector import ABILITIES, Connector
from marketplaces.content import Room, Tokens, Uploaded
from marketplaces.errors import BadWebhook, MarketplaceError, Unsupported
from marketplaces.http import Http
from marketplaces.registry import CONNECTORS, connector_class
from tests.marketplaces.tokens import ENDS, FixedTokens

SENTENCE = re.compile(r"[A-Z][\x20-\x7e’“”]+ [\x20-\x7e’“”]+\.")
ROOM = Room(conversation="100", buyer="200")
PICTURE = Uploaded(
    {
        "url": "https://files.example.test/1.jpg",
        "upload": {"file_path": "https://chat.example.test/1.jpg"},
    }
)
VIDEO = Uploaded(
    {
        "url": "https://files.example.test/1.mp4",
        "thumbnail_url": "https://files.example.test/1.jpg",
        "width": 480,
        "height": 640,
        "seconds": 15,
        "upload": {"vid": "1"},
    }
)
CALLBACK = "https://chat.example.test/callback/"

every_connector = pytest.mark.parametrize("slug", CONNECTORS)
every_ability = pytest.mark.parametrize("ability", ABILITIES)


class Mute(Connector):
    """Has the needed methods only in name, and no ability."""

    slug = "mute"
    name = "Mute"
    key_fields = ()


def keys_of(connector: type[Connector]) -> dict[str, str]:
    return {
        name: f"https://{name.replace('_', '-')}.example.test" if name.endswith("url") else "1001"
        for name in connector.required_keys()
    }


def make(connector: type[Connector]) -> Connector:
    return connector(keys=keys_of(connector), shop="7001", tokens=FixedTokens(), http=Http())


def use(connector: Connector, ability: str) -> None:
    """Call an ability with a value for each of its parameters."""
    values = {
        "room": ROOM,
        "keys": connector.keys,
        "http": connector.http,
        "since": ENDS - timedelta(days=1),
        "until": ENDS,
        "cursor": None,
        "picture": PICTURE,
        "video": VIDEO,
    }
    method = getattr(connector, ability)
    parameters = inspect.signature(method).parameters.values()
    given = [each for each in parameters if each.kind is not each.KEYWORD_ONLY]
    named = {each.name: True for each in parameters if each.kind is each.KEYWORD_ONLY}
    method(*(values.get(each.name, "1") for each in given), **named)


@every_connector
def test_it_has_a_name_and_is_registered_under_its_slug(slug: str) -> None:
    connector = connector_class(slug)
    assert connector.slug == slug
    assert connector.name.strip()


@every_connector
def test_it_names_the_keys_it_needs(slug: str) -> None:
    keys = connector_class(slug).required_keys()
    assert keys
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z][a-z_]*", key) for key in keys)


@every_connector
def test_its_abilities_are_what_it_overrides(slug: str) -> None:
    connector = connector_class(slug)
    overridden = {ability for ability in ABILITIES if any(ability in vars(each) for each in bases(connector))}
    assert connector.abilities() == overridden


def bases(connector: type[Connector]) -> list[type]:
    return [each for each in connector.__mro__ if issubclass(each, Connector) and each is not Connector]


@every_ability
@pytest.mark.parametrize("slug", [*CONNECTORS, Mute.slug])
def test_an_ability_it_lacks_is_unsupported_before_any_call(
    web: responses.RequestsMock, slug: str, ability: str
) -> None:
    connector = Mute if slug == Mute.slug else connector_class(slug)
    if not connector.can(ability):
        with pytest.raises(Unsupported):
            use(make(connector), ability)
    assert not web.calls


@every_connector
def test_consent_is_offered_where_it_is_needed_and_nowhere_else(
    web: responses.RequestsMock, slug: str
) -> None:
    connector = connector_class(slug)
    if connector.needs_consent:
        assert connector.consent_url(keys_of(connector), CALLBACK, "state").startswith("https://")
    else:
        with pytest.raises(Unsupported):
            connector.consent_url(keys_of(connector), CALLBACK, "state")
        with pytest.raises(Unsupported):
            connector.exchange(keys_of(connector), {}, Http())
    assert not web.calls


@every_connector
@pytest.mark.parametrize("signature", [None, "", "0" * 64])
@pytest.mark.parametrize(
    "body", [b"", b"no JSON", json.dumps({"shop_id": 7001, "msg_id": 1, "code": 10}).encode()]
)
def test_a_tampered_push_is_refused(slug: str, body: bytes, signature: str | None) -> None:
    connector = connector_class(slug)
    names = ("authorization", "authorization-hmac", "x-signature")
    headers = {} if signature is None else dict.fromkeys(names, signature)
    with pytest.raises(BadWebhook):
        connector.read_push(keys_of(connector), headers, body, CALLBACK)


@every_connector
def test_no_request_goes_without_timeouts(web: responses.RequestsMock, slug: str) -> None:
    for method in (responses.GET, responses.POST):
        web.add(method, re.compile(".*"), status=500)
    connector = make(connector_class(slug))
    for call in every_call_of(connector):
        before = len(web.calls)
        with pytest.raises(MarketplaceError):
            call()
        assert len(web.calls) > before
    for made in web.calls:
        connect, read = made.request.req_kwargs["timeout"]  # type: ignore[attr-defined]
        assert 0 < connect < read


def every_call_of(connector: Connector) -> list[Callable[[], object]]:
    old = Tokens("access", expires_at=ENDS, refresh="refresh")
    return [
        connector.facts,
        connector.list_conversations,
        partial(connector.list_messages, "100"),
        partial(connector.refresh, connector.keys, "7001", old, connector.http),
        *(partial(use, connector, ability) for ability in connector.abilities()),
    ]


@every_connector
def test_its_explanations_are_english_sentences(slug: str) -> None:
    explanations = connector_class(slug).explanations
    assert explanations
    assert all(code.strip() for code in explanations)
    assert [text for text in explanations.values() if not SENTENCE.fullmatch(text)] == []
