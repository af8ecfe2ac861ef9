"""`python -m forstok_chat.launch`: everything on one machine, with one command.

environment    what the processes are told, from the real environment, .env and defaults
processes      which processes there are
prepare        what Django does before they start
supervisor     starts them in order, starts one again that ends, stops all
"""

from __future__ import annotations
