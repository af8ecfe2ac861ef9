"""What a call of make chaos leaves for a machine."""

from __future__ import annotations

import json
from pathlib import Path

from forstok_chat.chaos.markets import MARKETS
from forstok_chat.chaos.report import Report, write


def report(seed: int, left: dict[str, int]) -> Report:
    nothing: dict[str, dict[str, int]] = {market.slug: {} for market in MARKETS}
    counts = {market.slug: {"replies": 1} for market in MARKETS}
    return Report(seed, 1.0, MARKETS, 2, counts, [], nothing, left, {})


def test_the_file_has_every_seed_and_is_good_when_all_are(tmp_path: Path) -> None:
    write([report(1, {}), report(2, {})], tmp_path / "chaos.json")
    told = json.loads((tmp_path / "chaos.json").read_text())
    assert told["is_good"]
    assert [run["seed"] for run in told["runs"]] == [1, 2]


def test_one_seed_that_did_not_settle_spoils_all(tmp_path: Path) -> None:
    write([report(1, {}), report(2, {"replies under way": 1})], tmp_path / "chaos.json")
    assert not json.loads((tmp_path / "chaos.json").read_text())["is_good"]


def test_a_run_that_was_not_done_is_not_good(tmp_path: Path) -> None:
    write([], tmp_path / "chaos.json")
    assert not json.loads((tmp_path / "chaos.json").read_text())["is_good"]
