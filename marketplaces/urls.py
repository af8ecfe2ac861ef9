from __future__ import annotations

from django.urls import path

from marketplaces import views

app_name = "marketplaces"
urlpatterns = [
    path("<uuid:pk>/activation/", views.activation, name="activation"),
    path("<uuid:pk>/deactivation/", views.deactivation, name="deactivation"),
    path("activation/<uuid:pk>/callback/", views.activation_callback, name="activation-callback"),
]
