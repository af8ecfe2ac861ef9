"""Until when a buyer has to be answered, and how well a shop does: docs/deadlines.md.

ReplyRule (marketplaces, a row per marketplace and date) ─┬─> due       `Conversation.due_at`, kept as messages come
                                                          └─> rates     the board: what was answered in time
"""
