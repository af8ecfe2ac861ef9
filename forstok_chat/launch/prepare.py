"""Bring database and demo up to date: `python -m forstok_chat.launch.prepare`. Safe to repeat."""

from __future__ import annotations

import django
from django.conf import settings
from django.core.management import call_command


def prepare() -> None:
    django.setup()
    call_command("migrate", verbosity=0)
    if not settings.DEBUG:  # else files are served from where they are written
        call_command("collectstatic", interactive=False, verbosity=0)
    call_command("load_apps")
    call_command("seed_demo")


if __name__ == "__main__":
    prepare()
