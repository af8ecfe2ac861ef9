"""Marketplaces on your own machine: their wire protocols over real HTTP, for the demo, tests and benchmarks.

The product reaches this package only over HTTP, because its URL settings point here; it is never imported.
"""
