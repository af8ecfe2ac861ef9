"""A seller to try the product with: its people, and shops waiting to be activated in the sandbox."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import transaction

from forstok_chat.accounts.models import Membership, Seller, User
from marketplaces.models import Shop

PASSWORD = "forstok-demo"
PEOPLE = [
    ("owner@demo.test", "Sari Wulandari", Membership.Role.OWNER),
    ("supervisor@demo.test", "Bayu Saputra", Membership.Role.SUPERVISOR),
    ("agent@demo.test", "Dimas Pratama", Membership.Role.AGENT),
    ("agent2@demo.test", "Putri Lestari", Membership.Role.AGENT),
]
# As the sandbox's first world has them.
SHOPS = [
    ("shopee", "947042923", "Nusantara Gadget"),
    ("shopee", "947042924", "Nusantara Fashion"),
    ("tokopedia", "479979", "Nusantara Elektronik"),
    ("tokopedia", "479980", "Nusantara Rumah"),
    ("tiktok_shop", "7494049642642441621", "Nusantara Beauty"),
    ("tiktok_shop", "7494049642642441622", "Nusantara Kids"),
]


class Command(BaseCommand):
    help = "Create the demo seller with its people and shops. Safe to repeat."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        seller, _created = Seller.objects.get_or_create(name="Toko Nusantara")
        for email, name, role in PEOPLE:
            user = User.objects.filter(email=email).first() or User.objects.create_user(
                email, PASSWORD, name=name
            )
            Membership.objects.get_or_create(user=user, seller=seller, defaults={"role": role})
            self.stdout.write(f"{role.label}: {email} / {PASSWORD}")
        for marketplace, remote_id, name in SHOPS:
            Shop.objects.get_or_create(
                marketplace=marketplace, remote_id=remote_id, defaults={"seller": seller, "name": name}
            )
        # A known password for the admin is for a machine of one's own only.
        if settings.DEBUG and not User.objects.filter(is_staff=True).exists():
            User.objects.create_superuser("support@demo.test", PASSWORD, name="Support")
