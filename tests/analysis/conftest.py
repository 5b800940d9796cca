"""Small groupings run on one thread, as the report's do: threads of several tests would wait for each other."""

from collections.abc import Iterator

import pytest
import sklearn.cluster  # noqa: F401 — what is loaded later would not be limited
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    with threadpool_limits(1):
        yield
