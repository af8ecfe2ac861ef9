"""What Tokopedia remembers of the app, and what a test has turned on or off."""

from __future__ import annotations

from dataclasses import dataclass

from marketplaces.sandbox.sandbox import Sandbox


@dataclass(slots=True)
class AppState:
    token: str = ""
    token_ends_at: int = 0  # seconds
    # shop-info has been seen in both envelopes: {data, status, error_message} and {header, data}.
    has_header: bool = False
    takes_pictures: bool = True


def app_state(sandbox: Sandbox) -> AppState:
    """Call sandbox.state_changed() after changing it."""
    state: AppState = sandbox.own_state("tokopedia")
    return state
