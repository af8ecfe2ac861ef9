from __future__ import annotations

from django.urls import path

from conversations.views import inbox, live, messages, statuses, thread, webhooks

app_name = "conversations"
urlpatterns = [
    path("chat/", inbox.inbox, name="inbox"),
    path("chat/rows/", inbox.rows, name="rows"),
    path("chat/<uuid:pk>/", thread.thread, name="thread"),
    path("chat/<uuid:pk>/messages/", messages.messages, name="messages"),
    path("chat/<uuid:pk>/assignment/", statuses.assignment, name="assignment"),
    path("chat/<uuid:pk>/resolution/", statuses.resolution, name="resolution"),
    path("messages/<uuid:client_id>/delivery/", messages.delivery, name="delivery"),
    path("messages/<uuid:client_id>/confirmation/", messages.confirmation, name="confirmation"),
    path("live/", live.live, name="live"),
    path("webhooks/<slug:marketplace>/", webhooks.webhook, name="webhook"),
]
