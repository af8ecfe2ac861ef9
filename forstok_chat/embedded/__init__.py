"""A private PostgreSQL and Valkey for a machine that offers neither.

    DataDir     where everything is kept, under a lock
    Process     a child that cannot outlive us
      Postgres  gives a DATABASE_URL
      Valkey    gives a REDIS_URL

Nothing else in the project knows whether its servers are these or the operator's own.
"""

from __future__ import annotations

from collections.abc import Mapping

from forstok_chat.embedded.datadir import DataDir
from forstok_chat.embedded.postgres import Postgres
from forstok_chat.embedded.process import Process, StartError
from forstok_chat.embedded.valkey import Valkey

__all__ = ["DataDir", "Postgres", "Process", "StartError", "Valkey", "missing_servers"]


def missing_servers(env: Mapping[str, str], data: DataDir, durable: bool = True) -> list[Postgres | Valkey]:
    """The servers that `env` does not already name, not started yet."""
    servers: list[Postgres | Valkey] = []
    if not env.get("DATABASE_URL"):
        servers.append(Postgres(data, durable=durable))
    if not env.get("REDIS_URL"):
        servers.append(Valkey(data))
    return servers
