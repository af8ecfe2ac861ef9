"""Includes only."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path

from forstok_chat import installing, views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("healthz", views.healthz, name="healthz"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("marketplaces.urls")),
    path("", include("forstok_chat.accounts.urls")),
    path("team/", include("forstok_chat.team.urls")),
    path("", include("conversations.urls")),
]
