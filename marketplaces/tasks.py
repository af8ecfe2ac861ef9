"""Shallow: load, call, done."""

from __future__ import annotations

import logging

from celery import shared_task

from marketplaces import authorizations, credentials, grants
from marketplaces.errors import MarketplaceError
from marketplaces.models import App

logger = logging.getLogger(__name__)


@shared_task
def refresh_credentials() -> None:
    credentials.refresh_soon_to_expire()
    grants.drop_old()


@shared_task
def reconcile_apps() -> None:
    """Nightly: who still lets us in, and until when."""
    for app in authorizations.due_apps():
        reconcile_app.apply_async([app.pk])


@shared_task
def reconcile_app(app_id: int) -> None:
    """One task for one app, so that a slow answer delays no other."""
    app = App.objects.filter(pk=app_id).first()
    if app is None:
        return
    try:
        authorizations.reconcile(app)
    except MarketplaceError as error:
        logger.warning("app %s could not be compared: %s", app_id, error)
