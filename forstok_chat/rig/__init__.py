"""What `make chaos` and `make bench` stand on: a stack of their own, the sandbox's levers, people as requests.

For developers; nothing of the product imports it.
"""
