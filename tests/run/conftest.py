"""Data directories of our own, where the user that the servers run as may go."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from uuid import uuid4

import pytest

from forstok_chat.embedded import DataDir
from forstok_chat.embedded.datadir import default_directory


@pytest.fixture(scope="module")
def data() -> Iterator[DataDir]:
    data = DataDir(default_directory(".data-test") / f"run-{uuid4().hex[:8]}")
    assert data.acquire()
    yield data
    data.release()
    shutil.rmtree(data.path)
