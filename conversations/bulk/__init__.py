"""One thing done to many chats: beginning it (starting), doing and undoing it (running, verbs)."""
