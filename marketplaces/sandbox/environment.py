"""The app keys the sandbox accepts: from the environment, else from demo.env beside this file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEMO_FILE = Path(__file__).with_name("demo.env")


@dataclass(frozen=True)
class Keys:
    shopee_partner_id: int
    shopee_partner_key: str
    shopee_push_key: str
    tokopedia_fs_id: int
    tokopedia_client_id: str
    tokopedia_client_secret: str
    tokopedia_webhook_secret: str
    tiktok_shop_service_id: str
    tiktok_shop_app_key: str
    tiktok_shop_app_secret: str
    public_url: str  # where the product is reached; the default push address is built from it


def read_keys(environ: Mapping[str, str] = os.environ) -> Keys:
    demo = read_env_file(DEMO_FILE)

    def value(name: str) -> str:
        return environ.get(name) or demo[name]

    return Keys(
        shopee_partner_id=int(value("SHOPEE_PARTNER_ID")),
        shopee_partner_key=value("SHOPEE_PARTNER_KEY"),
        shopee_push_key=value("SHOPEE_PUSH_KEY"),
        tokopedia_fs_id=int(value("TOKOPEDIA_FS_ID")),
        tokopedia_client_id=value("TOKOPEDIA_CLIENT_ID"),
        tokopedia_client_secret=value("TOKOPEDIA_CLIENT_SECRET"),
        tokopedia_webhook_secret=value("TOKOPEDIA_WEBHOOK_SECRET"),
        tiktok_shop_service_id=value("TIKTOK_SHOP_SERVICE_ID"),
        tiktok_shop_app_key=value("TIKTOK_SHOP_APP_KEY"),
        tiktok_shop_app_secret=value("TIKTOK_SHOP_APP_SECRET"),
        public_url=environ.get("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
    )


def read_env_file(path: Path) -> dict[str, str]:
    lines = (line.strip() for line in path.read_text().splitlines())
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs}
