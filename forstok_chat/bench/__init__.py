"""`make bench`: figures, each beside its floor measured in the same run.

    queue      how much of a marketplace's rate limit the send queue uses
    figures    a figure, the table, build/bench.json

For developers; nothing of the product imports it, and nothing here is a test: machines are noisy.
"""
