"""Shopee Open Platform v2, sellerchat: consent per shop, tokens that rotate, pushes first and readings behind."""
