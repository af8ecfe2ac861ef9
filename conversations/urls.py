from __future__ import annotations

from django.urls import path

from conversations.views import (
    files,
    held,
    inbox,
    live,
    media,
    messages,
    moves,
    panels,
    public_media,
    queue,
    statuses,
    thread,
    webhooks,
)

app_name = "conversations"
urlpatterns = [
    path("chat/", inbox.inbox, name="inbox"),
    path("chat/rows/", inbox.rows, name="rows"),
    path("chat/<uuid:pk>/", thread.thread, name="thread"),
    path("chat/<uuid:pk>/messages/", messages.messages, name="messages"),
    path("chat/<uuid:pk>/older/", thread.older, name="older"),
    path("chat/<uuid:pk>/files/", files.files, name="files"),
    path("chat/<uuid:pk>/stickers/", panels.stickers, name="stickers"),
    path("chat/<uuid:pk>/orders/", panels.orders, name="orders"),
    path("chat/<uuid:pk>/products/", panels.products, name="products"),
    path("chat/<uuid:pk>/buyer/", panels.buyer, name="buyer"),
    path("chat/<uuid:pk>/assignment/", statuses.assignment, name="assignment"),
    path("chat/<uuid:pk>/resolution/", statuses.resolution, name="resolution"),
    path("chat/<uuid:pk>/release/", statuses.release, name="release"),
    path("chat/<uuid:pk>/reopening/", statuses.reopening, name="reopening"),
    path("chat/<uuid:pk>/changes/", statuses.changes, name="changes"),
    path("chat/<uuid:pk>/changes/<int:change>/undoing/", statuses.undoing, name="undoing"),
    path("chat/<uuid:pk>/waiting/", queue.waiting, name="waiting"),
    path("chat/<uuid:pk>/held/", held.in_room, name="held-in-room"),
    path("shops/<uuid:pk>/held/", held.of_shop, name="held-of-shop"),
    path("shops/<uuid:pk>/successor/", moves.successor, name="successor"),
    path("messages/<uuid:client_id>/delivery/", messages.delivery, name="delivery"),
    path("messages/<uuid:client_id>/confirmation/", messages.confirmation, name="confirmation"),
    path("messages/<uuid:client_id>/cancellation/", queue.cancellation, name="cancellation"),
    path("messages/<uuid:client_id>/revision/", queue.revision, name="revision"),
    path("messages/<uuid:client_id>/link/", messages.link, name="link"),
    path("media/<uuid:pk>/", media.media, name="media"),
    path("media/<uuid:pk>/small/", media.small, name="media-small"),
    path("media/public/<str:token>/", public_media.public_media, name="public-media"),
    path("live/", live.live, name="live"),
    path("webhooks/<slug:marketplace>/", webhooks.webhook, name="webhook"),
]
