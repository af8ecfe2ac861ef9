"""Deadlines of waiting conversations, as the reply rules are now."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from conversations.deadlines.due import recompute
from marketplaces.registry import CONNECTORS


class Command(BaseCommand):
    help = "Recompute when answers are due. Safe to repeat, and while everything runs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "marketplace", nargs="*", choices=[[], *CONNECTORS], help="All when none is given."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for marketplace in options["marketplace"] or CONNECTORS:
            self.stdout.write(f"{marketplace}: {recompute(marketplace)} changed")
