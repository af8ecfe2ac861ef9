"""Turn the platform-wide app keys of the environment into rows. Part of every release; safe to repeat."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from marketplaces.models import App
from marketplaces.registry import connector_class


class Command(BaseCommand):
    help = "Store the platform-wide marketplace app keys found in the environment."

    def handle(self, *args: Any, **options: Any) -> None:
        for slug, keys in settings.MARKETPLACE_APPS.items():
            if all(keys.get(name) for name in connector_class(slug).required_keys()):
                App.objects.update_or_create(marketplace=slug, seller=None, defaults={"keys": keys})
                self.stdout.write(f"{slug}: app keys stored")
