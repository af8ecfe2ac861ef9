"""What the processes are told: the real environment wins over .env, which wins over the defaults for a demo."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit

from cryptography.fernet import Fernet

from forstok_chat.embedded import DataDir, StartError
from forstok_chat.embedded.datadir import ROOT

DEMO_KEYS = ROOT / "marketplaces" / "sandbox" / "demo.env"
MARKETPLACES = ("SHOPEE_", "TOKOPEDIA_", "TIKTOK_SHOP_", "LAZADA_")
PORTS = ("PORT", "SANDBOX_PORT")


def said_by_user(given: Mapping[str, str]) -> dict[str, str]:
    """`given` is the real environment, or stands for it. An empty value says nothing."""
    real = {name: value for name, value in given.items() if value}
    file = read_env_file(Path(real.get("ENV_FILE", ROOT / ".env")))
    return {name: value for name, value in file.items() if value} | real


def build(data: DataDir, given: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process."""
    said = said_by_user(given)
    ports = {"PORT": "8000", "SANDBOX_PORT": "8001"} | {name: said[name] for name in PORTS if name in said}
    check_port_numbers(ports)
    defaults = {
        "BIND": "127.0.0.1",
        "DEBUG": "true",
        "PUBLIC_URL": f"http://127.0.0.1:{ports['PORT']}",
        "STATIC_ROOT": str(data.path / "static"),
        "MEDIA_ROOT": str(data.path / "media"),
        "EMAIL_URL": f"filemail:///{quote(str(data.mails))}",
        "DJANGO_SETTINGS_MODULE": "forstok_chat.settings",
        # A worker that is told to stop gives its task back instead of waiting for its end (Celery's own pair).
        "REMAP_SIGTERM": "SIGQUIT",
        **own_secrets(data),
        **demo_keys(said, ports["SANDBOX_PORT"]),
    }
    env = defaults | said | ports | data.mark
    # It listens on this machine, so it answers here, whatever other names it has.
    hosts = [
        said.get("ALLOWED_HOSTS", ""),
        urlsplit(env["PUBLIC_URL"]).hostname or "",
        "127.0.0.1",
        "localhost",
    ]
    return env | {"ALLOWED_HOSTS": ",".join(dict.fromkeys(filter(None, hosts)))}


def check_port_numbers(ports: Mapping[str, str]) -> None:
    for variable, port in ports.items():
        if not (port.isdecimal() and 0 < int(port) < 65536):
            raise StartError(f"{variable}={port} is not a port number.")
    if len(set(ports.values())) < len(ports):
        raise StartError(f"PORT and SANDBOX_PORT are both {ports['PORT']}. Give one of them another number.")


def demo_keys(said: Mapping[str, str], sandbox_port: str) -> dict[str, str]:
    """The sandbox's keys, except for a marketplace of which the user has set anything: never a mixture."""
    theirs = tuple(prefix for prefix in MARKETPLACES if any(name.startswith(prefix) for name in said))
    return {
        name: value.replace("127.0.0.1:8001", f"127.0.0.1:{sandbox_port}")
        for name, value in read_env_file(DEMO_KEYS).items()
        if not name.startswith(theirs)
    }


def own_secrets(data: DataDir) -> dict[str, str]:
    """Made once for this data directory, readable by its owner alone."""
    path = data.path / "secrets.env"
    if not path.exists():
        unfinished = path.with_suffix(".new")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            # Letters only: settings read a value with "$" in front as the name of another variable.
            file.write(f"SECRET_KEY={secrets.token_hex(32)}\nFIELD_KEYS={Fernet.generate_key().decode()}\n")
        unfinished.rename(path)
    return read_env_file(path)


def read_env_file(path: Path) -> dict[str, str]:
    """KEY=value lines, quoted or not; blank lines and # comments are skipped. No file is no values."""
    if not path.exists():
        return {}
    lines = [line.strip().removeprefix("export ") for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if not line.startswith("#") and "=" in line]
    return {name.strip(): unquoted(value.strip()) for name, _, value in pairs}


def unquoted(value: str) -> str:
    """A value without its quotes, or without the comment behind it."""
    if value[:1] in ("'", '"') and (end := value.find(value[0], 1)) > 0:
        return value[1:end]
    return f" {value}".partition(" #")[0].strip()
