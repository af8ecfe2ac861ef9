"""Canned replies: finding one from the composer, filling in what it names, sending it, keeping them.

"/ong" ──> offers ──> filled in (values, placeholders) ──> the composer ──> checked, sent (sending)
                                                                ^
management: forms, lengths, pictures                        the agent reads and edits it
"""
