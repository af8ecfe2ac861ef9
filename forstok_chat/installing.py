"""What a browser needs to know to keep the inbox as an app of its own."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

# file -> (pixels, purpose); a launcher may cut a maskable one to any shape
ICONS = {
    "img/app-192.png": (192, "any"),
    "img/app-512.png": (512, "any"),
    "img/app-maskable.png": (512, "maskable"),
}


@require_GET
@cache_control(max_age=3600)
@vary_on_headers("Accept-Language", "Cookie")
def manifest(request: HttpRequest) -> JsonResponse:
    inbox = reverse("conversations:inbox")
    told = {
        "id": inbox,
        "start_url": inbox,
        "scope": "/",
        "display": "standalone",
        "name": "Forstok Chat",
        "short_name": "Forstok",
        "description": _("The chats of all your shops on one screen"),
        "lang": get_language(),
        "theme_color": "#ffffff",
        "background_color": "#f4f4f2",
        "icons": [
            {"src": static(file), "sizes": f"{pixels}x{pixels}", "type": "image/png", "purpose": purpose}
            for file, (pixels, purpose) in ICONS.items()
        ],
        "shortcuts": [
            {"name": _("Unserved"), "url": f"{inbox}?tab=unserved"},
            {"name": _("Mine"), "url": f"{inbox}?tab=mine"},
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")
