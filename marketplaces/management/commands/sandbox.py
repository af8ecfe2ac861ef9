from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from marketplaces.sandbox.serve import add_arguments, run


class Command(BaseCommand):
    help = "Serve the marketplaces' wire protocols on this machine, with a buyer's phone at /"
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run(options["port"], options["host"], options["data"])
