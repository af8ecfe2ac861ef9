"""`make screens`: a picture of every state of every screen, at each width, light and dark, into docs/screens.

One more state is one more small function in states/. For developers; nothing of the product imports it.
"""
