"""The sandbox's Tokopedia: what is attached is told by pushes alone, and shops' pictures are fetched."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.pictures import picture
from tests.sandbox.callers import ELEKTRONIK, KEYS, Receiver, Running, TokopediaCaller, hmac_hex, wait_for

NINA = "Nina Baru"


@pytest.fixture
def shop(sandbox: Running) -> TokopediaCaller:
    """Connected, without the limit in the way."""
    sandbox.control("limits", marketplace="tokopedia", endpoint="*", rate=1000, burst=1000)
    return TokopediaCaller(sandbox).connect()


@pytest.fixture
def files() -> Iterator[str]:
    """A server that has one picture, one text, and an address that leads elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = {"/foto.jpg": (200, picture()), "/surat.txt": (200, b"halo"), "/lain": (302, b"")}
            status, body = found.get(self.path, (404, b""))
            self.send_response(status)
            self.send_header("Location", "/foto.jpg")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def room_of(shop: TokopediaCaller) -> int:
    return int(shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, push=False)["conversation"])


def send(shop: TokopediaCaller, file_path: str) -> Any:
    return shop.reply(room_of(shop), message="", attachment_type=2, file_path=file_path)


def test_a_picture_of_the_shop_is_fetched_and_shown_to_the_buyer(shop: TokopediaCaller, files: str) -> None:
    answer = send(shop, f"{files}/foto.jpg")
    assert answer.status_code == 200
    assert "reply_id" not in answer.json()["data"]
    newest = shop.replies(int(answer.json()["data"]["msg_id"])).json()["data"][0]
    assert (newest["msg"], newest["is_opposite"]) == ("", False)
    assert newest["attachment_id"] > 0
    said = shop.sandbox.truth("tokopedia", ELEKTRONIK, NINA)[-1]
    assert (said["sent_by"], said["kind"]) == ("shop", "image")
    assert shop.sandbox.http.get(said["content"]["url"]).content == picture()


@pytest.mark.parametrize("path", ["/surat.txt", "/tidak-ada.jpg", "/lain"])
def test_what_is_no_picture_is_refused(shop: TokopediaCaller, files: str, path: str) -> None:
    answer = send(shop, files + path)
    assert answer.status_code == 400
    assert answer.json()["header"] | {"process_time": 0} == {
        "process_time": 0,
        "messages": "Your request format or parameters have some problem.",
        "reason": "file not supported",
        "error_code": 0,
    }
    assert len(shop.sandbox.truth("tokopedia", ELEKTRONIK, NINA)) == 1, "nothing was said"


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/foto.jpg", "foto.jpg", "http://[", "ftp://a/b.jpg"])
def test_what_cannot_be_fetched_is_refused(shop: TokopediaCaller, address: str) -> None:
    assert send(shop, address).status_code == 400


def test_pictures_can_be_refused_altogether(shop: TokopediaCaller, files: str) -> None:
    assert shop.sandbox.control("tokopedia", pictures=False)["pictures"] is False
    assert send(shop, f"{files}/foto.jpg").json()["header"]["reason"] == "file not supported"
    assert shop.reply(room_of(shop), message="Ini linknya").status_code == 200
    shop.sandbox.control("tokopedia", pictures=True)
    assert send(shop, f"{files}/foto.jpg").status_code == 200


@pytest.mark.parametrize(
    ("kind", "number", "message"),
    [("image", 2, ""), ("item", 3, ""), ("sticker", 9, "jempol"), ("voucher", 9, "Lampiran")],
)
def test_a_push_tells_what_is_attached_and_the_reading_only_that_something_is(
    shop: TokopediaCaller, receiver: Receiver, kind: str, number: int, message: str
) -> None:
    said = shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, kind=kind, text="")
    push = wait_for(receiver.bodies)[0]
    assert (push["payload"]["attachment_type"], push["message"]) == (number, message)
    assert push["payload"]["product"].keys() == {"product_id", "name", "price", "image_url", "product_url"}
    bubble = shop.replies(int(said["conversation"])).json()["data"][0]
    assert bubble["attachment_id"] > 0
    assert not bubble.keys() & {"attachment", "payload"}


def test_a_text_has_no_payload(shop: TokopediaCaller, receiver: Receiver) -> None:
    shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA, text="Cek https://a.test/x")
    push = wait_for(receiver.bodies)[0]
    assert "payload" not in push
    assert push["message"] == "Cek https://a.test/x"


def an_order(shop: TokopediaCaller, **change: Any) -> dict[str, Any]:
    values = {"marketplace": "tokopedia", "shop": ELEKTRONIK} | change
    return shop.sandbox.control("orders", **values)["order"]


def test_a_change_of_an_order_is_pushed_without_any_registration(
    shop: TokopediaCaller, receiver: Receiver
) -> None:
    order = an_order(shop, buyer=NINA)
    an_order(shop, order=order["id"], status="SHIPPED")
    wait_for(lambda: len(receiver.received) == 2)
    assert [push["order_status"] for push in receiver.bodies()] == [220, 500]
    path, headers, body, _ = receiver.received[1]
    assert path == "/webhooks/tokopedia/"
    assert headers["Authorization-Hmac"] == hmac_hex(KEYS.tokopedia_webhook_secret, body)
    told = json.loads(body)
    assert (told["order_id"], told["shop_id"]) == (int(order["id"]), ELEKTRONIK)
    assert not told.keys() & {"buyer", "customer", "msg_id"}


def test_a_registration_without_the_address_ends_the_pushes_of_orders(
    shop: TokopediaCaller, receiver: Receiver
) -> None:
    body = {"fs_id": KEYS.tokopedia_fs_id, "chat_notification_url": f"{receiver.url}/chat"}
    shop.call("POST", "/v1/fs/{fs}/register", json=body | {"webhook_secret": "lain"})
    an_order(shop, buyer=NINA)
    shop.sandbox.buyer_says("tokopedia", ELEKTRONIK, NINA)
    wait_for(lambda: receiver.received)
    assert [path for path, *_ in receiver.received] == ["/chat"]


def test_an_order_told_alone_is_the_same_in_another_structure(shop: TokopediaCaller) -> None:
    order = an_order(shop, buyer=NINA)
    now = shop.sandbox.ask("clock")["now"]
    window = {"from_date": now - 86400, "to_date": now + 60, "page": 1, "per_page": 100}
    query = {"fs_id": KEYS.tokopedia_fs_id, "shop_id": ELEKTRONIK} | window
    rows = shop.call("GET", "/v2/order/list", params=query).json()["data"]
    listed = next(row for row in rows if row["order_id"] == int(order["id"]))
    alone = shop.call("GET", "/v2/fs/{fs}/order", params={"order_id": order["id"]}).json()["data"]
    assert not listed.keys() & {"buyer_info", "order_info", "open_amt"}
    assert not alone.keys() & {"buyer", "products", "amt"}
    assert alone["buyer_info"]["buyer_id"] == listed["buyer"]["id"]
    assert alone["open_amt"] == listed["amt"]["ttl_amount"] == order["total"]
    assert [line["product_id"] for line in alone["order_info"]["order_detail"]] == [
        line["id"] for line in listed["products"]
    ]
    invoice = {"invoice_num": alone["invoice_number"]}
    assert shop.call("GET", "/v2/fs/{fs}/order", params=invoice).json()["data"] == alone
