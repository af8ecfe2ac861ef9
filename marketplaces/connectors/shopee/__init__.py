"""Shopee Open Platform v2: consent per shop, tokens that rotate, pushes first and readings behind."""
