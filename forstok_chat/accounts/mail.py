"""Mails to people: rendered, counted, sent. In the language that is active."""

from __future__ import annotations

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.core.mail import EmailMessage
from django.template.loader import render_to_string

from forstok_chat.accounts.models import Mailing, Seller

logger = logging.getLogger(__name__)

MOST_TO_ONE_ADDRESS = 5  # in an hour
MOST_OF_A_SELLER = 60  # in a day


class NotSent(Exception):
    """The mail did not leave."""


class TooManyMails(NotSent):
    """It would have been one too many, for this address or for this seller."""


def send(name: str, to: str, context: dict[str, Any], seller: Seller | None = None) -> None:
    """Send templates/mail/<name>.txt, whose first line is the subject. Raises NotSent. Not within a transaction."""
    if Mailing.count(timedelta(hours=1), to=to) >= MOST_TO_ONE_ADDRESS:
        raise TooManyMails
    if seller is not None and Mailing.count(timedelta(days=1), seller=seller) >= MOST_OF_A_SELLER:
        raise TooManyMails
    Mailing.note(to, seller)
    subject, _, body = render_to_string(f"mail/{name}.txt", context).strip().partition("\n")
    try:
        EmailMessage(subject.strip(), f"{body.strip()}\n", to=[to]).send()
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("a mail did not leave: %s", type(error).__name__)
        raise NotSent from error
