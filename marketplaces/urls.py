from __future__ import annotations

from django.urls import path

from marketplaces.views import activation, apps, granted

app_name = "marketplaces"
urlpatterns = [
    path("shops/<uuid:pk>/activation/", activation.activation, name="activation"),
    path("shops/<uuid:pk>/deactivation/", activation.deactivation, name="deactivation"),
    path("shops/activation/callback/", activation.registered_callback, name="registered-callback"),
    path("shops/activation/<uuid:pk>/callback/", activation.activation_callback, name="activation-callback"),
    path("shops/activation/<uuid:pk>/shops/", granted.granted_shops, name="granted-shops"),
    path("shops/activation/<uuid:pk>/cancellation/", granted.cancellation, name="cancellation"),
    path("settings/apps/", apps.apps, name="apps"),
    path("settings/apps/<uuid:seller>/<slug:marketplace>/", apps.app, name="app"),
    path("settings/apps/<uuid:seller>/<slug:marketplace>/platform/", apps.platform_app, name="platform-app"),
]
