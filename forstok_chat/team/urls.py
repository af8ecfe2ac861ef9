from __future__ import annotations

from django.urls import path

from forstok_chat.team import views

app_name = "team"
urlpatterns = [
    path("", views.team, name="team"),
    path("<uuid:seller>/invitations/", views.invitations, name="invitations"),
    path("invitations/<uuid:pk>/mail/", views.invitation_mail, name="invitation-mail"),
    path("invitations/<uuid:pk>/withdrawal/", views.withdrawal, name="withdrawal"),
    path("members/<uuid:uuid>/", views.member, name="member"),
    path("members/<uuid:uuid>/deactivation/", views.deactivation, name="deactivation"),
    path("members/<uuid:uuid>/reactivation/", views.reactivation, name="reactivation"),
]
