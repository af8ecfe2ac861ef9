from __future__ import annotations

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from redis import Redis

from forstok_chat.embedded import DataDir, Postgres, Process, StartError, Valkey
from forstok_chat.embedded.process import leftovers, wait_until


@pytest.fixture(scope="module")
def postgres(data: DataDir) -> Iterator[Postgres]:
    server = Postgres(data, durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def valkey(data: DataDir) -> Iterator[Valkey]:
    server = Valkey(data)
    server.start()
    yield server
    server.stop()


def asked(postgres: Postgres, question: str) -> object:
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
        return row[0] if row else None


def test_postgres_keeps_what_it_has_over_a_restart(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    postgres.stop()
    postgres.start()
    assert asked(postgres, "SELECT number FROM kept") == 7


def test_postgres_starts_again_after_it_was_killed(postgres: Postgres) -> None:
    postgres.kill()
    assert (postgres.data.postgres / "postmaster.pid").exists()
    postgres.start()
    assert asked(postgres, "SELECT 1") == 1


def test_postgres_starts_though_another_program_now_has_its_old_pid(postgres: Postgres) -> None:
    postgres.stop()
    (postgres.data.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n{postgres.data.postgres}\n")
    postgres.start()
    assert asked(postgres, "SELECT 1") == 1


def test_an_unfinished_first_start_is_begun_anew(postgres: Postgres) -> None:
    postgres.stop()
    whole, half = postgres.data.postgres, postgres.data.postgres.with_name("postgres.new")
    whole.rename(half)
    (half / "global" / "pg_control").unlink()
    postgres.start()
    assert asked(postgres, "SELECT 1") == 1


def test_a_database_of_another_major_version_is_refused_with_a_way_out(postgres: Postgres) -> None:
    postgres.stop()
    version = postgres.data.postgres / "PG_VERSION"
    kept = version.read_text()
    version.write_text("17\n")
    with pytest.raises(StartError, match=r"made by PostgreSQL 17.*pg_dump"):
        postgres.start()
    version.write_text(kept)
    postgres.start()


def test_letters_beyond_ascii_are_letters(postgres: Postgres) -> None:
    assert asked(postgres, "SELECT lower('ÉCLAIR ПРИВЕТ')") == "éclair привет"
    assert asked(postgres, "SELECT 'Ångström' ILIKE 'ång%'") is True
    with psycopg.connect(postgres.url) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    assert asked(postgres, "SELECT similarity('привет', 'ПРИВЕТ') > 0.9") is True


def test_no_other_user_of_the_machine_reaches_the_servers(postgres: Postgres, valkey: Valkey) -> None:
    directory = postgres.data.socket_directory()
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in directory.glob("*.sock")} == {0o700}
    assert asked(postgres, "SHOW listen_addresses") == ""


def test_valkey_keeps_what_it_has_over_a_restart(valkey: Valkey) -> None:
    with Redis.from_url(valkey.url) as redis:
        redis.set("kept", "7")
    valkey.stop()
    valkey.start()
    with Redis.from_url(valkey.url) as redis:
        assert redis.get("kept") == b"7"


def test_valkey_starts_empty_rather_than_not_at_all(valkey: Valkey) -> None:
    valkey.stop()
    for path in (valkey.data.valkey / "appendonlydir").glob("*.manifest"):
        path.write_text("nonsense\n")
    valkey.start()
    with Redis.from_url(valkey.url) as redis:
        assert redis.ping()


def test_a_directory_in_use_is_not_used_twice(data: DataDir) -> None:
    assert not DataDir(data.path).acquire()


def test_a_deep_checkout_has_its_sockets_in_a_short_private_place(data: DataDir) -> None:
    deep = DataDir(data.path / ("deep" * 30))
    deep.path.mkdir()
    directory = deep.socket_directory()
    try:
        assert len(str(directory)) < 90
        assert stat.S_IMODE(directory.stat().st_mode) == 0o700
        assert deep.socket_directory() == directory
    finally:
        directory.rmdir()


def test_somebody_elses_directory_is_not_taken_for_the_sockets(data: DataDir) -> None:
    deep = DataDir(data.path / ("deaf" * 30))
    deep.path.mkdir()
    directory = deep.socket_directory()
    directory.rmdir()
    directory.symlink_to(data.path)
    try:
        with pytest.raises(StartError, match="not a private directory"):
            deep.socket_directory()
    finally:
        directory.unlink()


def test_what_an_earlier_run_left_behind_is_ended_before_the_next(tmp_path: Path) -> None:
    data = DataDir(tmp_path)
    left = Process("left", ["sleep", "60"], data.mark, tmp_path / "log")
    left.start()
    assert wait_until(lambda: leftovers(data.path) == [left.pid], timeout=5)
    assert data.acquire()
    assert wait_until(lambda: left.exit_code() == -signal.SIGKILL, timeout=5)
    data.release()
