from __future__ import annotations

from pathlib import Path

import pytest

from forstok_chat.embedded import DataDir, StartError
from forstok_chat.launch import environment
from forstok_chat.launch.environment import build, read_env_file, said_by_user


@pytest.fixture
def data(tmp_path: Path) -> DataDir:
    return DataDir(tmp_path)


def test_other_ports_are_in_every_address(data: DataDir) -> None:
    env = build(data, {"PORT": "8100", "SANDBOX_PORT": "8101"})
    assert env["PUBLIC_URL"] == "http://127.0.0.1:8100"
    assert env["TOKOPEDIA_AUTH_URL"] == "http://127.0.0.1:8101/tokopedia-accounts"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"PORT": "web"}, "PORT=web is not a port number"),
        ({"SANDBOX_PORT": "70000"}, "SANDBOX_PORT=70000 is not a port number"),
        ({"PORT": "8001"}, "PORT and SANDBOX_PORT are both 8001"),
    ],
)
def test_impossible_ports_are_told(data: DataDir, said: dict[str, str], message: str) -> None:
    with pytest.raises(StartError, match=message):
        build(data, said)


def test_it_answers_on_this_machine_whatever_its_public_name(data: DataDir) -> None:
    env = build(data, {"PUBLIC_URL": "https://chat.example.com", "ALLOWED_HOSTS": "other.example.com"})
    assert env["ALLOWED_HOSTS"] == "other.example.com,chat.example.com,127.0.0.1,localhost"


def test_an_empty_value_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "env").write_text("PORT=8100\nREDIS_URL=\n")
    said = said_by_user({"ENV_FILE": str(tmp_path / "env"), "PORT": "", "DATABASE_URL": ""})
    assert said["PORT"] == "8100"
    assert not {"DATABASE_URL", "REDIS_URL"} & said.keys()


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=plain", "plain"),
        ("NAME = spaced ", "spaced"),
        ("NAME='quo # ted' # why", "quo # ted"),
        ('NAME="quoted"', "quoted"),
        ("NAME=value   # why", "value"),
        ("NAME=val#ue=", "val#ue="),
        ("NAME=   # nothing yet", ""),
        ("export NAME=value", "value"),
    ],
)
def test_a_line_of_an_env_file(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / "env").write_text(f"# a comment\n\n{line}\n")
    assert read_env_file(tmp_path / "env") == {"NAME": value}


def test_every_name_in_the_example_file_is_a_setting() -> None:
    root = Path(environment.__file__).parents[2]
    names = [
        line[1:].partition("=")[0] for line in (root / ".env.example").read_text().splitlines() if "=" in line
    ]
    readers = (root / "forstok_chat" / "settings.py").read_text()
    readers += "".join(path.read_text() for path in (root / "forstok_chat" / "launch").glob("*.py"))
    assert [name for name in names if f'"{name}"' not in readers] == []
