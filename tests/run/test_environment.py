from __future__ import annotations

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from forstok_chat.embedded import DataDir
from forstok_chat.launch import environment


@pytest.fixture
def data(tmp_path: Path) -> Iterator[DataDir]:
    data = DataDir(tmp_path / "data")
    assert data.acquire()
    yield data
    data.release()


@pytest.fixture(autouse=True)
def no_env_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(environment, "ROOT", tmp_path)


def test_a_demo_needs_nothing_and_points_at_the_sandbox(data: DataDir) -> None:
    env = environment.build(data, {"SANDBOX_PORT": "9001"})
    assert env["SHOPEE_API_URL"] == "http://127.0.0.1:9001/shopee"
    assert env["PUBLIC_URL"] == "http://127.0.0.1:8000"


def test_the_users_own_keys_are_never_mixed_with_the_sandboxs(data: DataDir) -> None:
    env = environment.build(data, {"SHOPEE_PARTNER_ID": "42"})
    assert env["SHOPEE_PARTNER_ID"] == "42"
    assert not {name for name in env if name.startswith("SHOPEE_")} - {"SHOPEE_PARTNER_ID"}
    assert env["TOKOPEDIA_FS_ID"]


def test_the_real_environment_wins_over_the_file_which_wins_over_the_defaults(
    data: DataDir, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("# mine\nDEBUG=false\nPORT = '8123'\nLANGUAGE_CODE=en\n")
    env = environment.build(data, {"LANGUAGE_CODE": "id"})
    assert (env["DEBUG"], env["PORT"], env["LANGUAGE_CODE"]) == ("false", "8123", "id")
    assert env["PUBLIC_URL"] == "http://127.0.0.1:8123"


def test_secrets_are_made_once_and_only_their_owner_can_read_them(data: DataDir) -> None:
    first, second = environment.build(data, {}), environment.build(data, {})
    assert first["FIELD_KEYS"] == second["FIELD_KEYS"]
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert stat.S_IMODE((data.path / "secrets.env").stat().st_mode) == 0o600


def test_only_one_may_work_on_a_data_directory(data: DataDir) -> None:
    assert not DataDir(data.path).acquire()
