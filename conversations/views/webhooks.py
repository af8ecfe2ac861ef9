"""Where marketplaces push to: verify, store raw, answer. What a push means is done by a worker."""

from __future__ import annotations

import logging

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from conversations import received
from conversations.tasks import nudge, nudge_once, process_push, process_pushes
from marketplaces.content import PushKind
from marketplaces.errors import BadWebhook
from marketplaces.registry import CONNECTORS

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def webhook(request: HttpRequest, marketplace: str) -> HttpResponse:
    """2xx with an empty body, within the two seconds that the strictest marketplace gives."""
    if marketplace not in CONNECTORS:
        raise Http404
    headers = {name.lower(): value for name, value in request.headers.items()}
    body = request.body
    try:
        url = received.callback_url(settings.PUBLIC_URL, marketplace)
        app, event = received.verify(marketplace, headers, body, url)
    except BadWebhook as error:
        logger.warning("push to %s refused: %s", marketplace, error)
        return HttpResponse(status=401)
    push = received.store(app, body, event)
    if push is not None and event.kind == PushKind.MESSAGE:
        nudge_once(process_pushes)
    elif push is not None:
        nudge(process_push, push.pk)
    return HttpResponse(status=200)
