from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "forstok_chat.accounts"
    label = "accounts"
    verbose_name = _("Accounts")
