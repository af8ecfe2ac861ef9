"""All states, a module for each part of the product (see table.py). Within a stage they are pictured in this order."""

from forstok_chat.screens.states import first_day, lists, threads  # isort: skip
from forstok_chat.screens.states import panels, composers, settings, trouble  # isort: skip
from forstok_chat.screens.states.table import STATES, State

__all__ = ["STATES", "State", "composers", "first_day", "lists", "panels", "settings", "threads", "trouble"]
