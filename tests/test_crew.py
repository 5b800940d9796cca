"""A crew does what one process would do, tells how far it is and ends with the build."""

import os
import signal
import sys
import time

import pytest

from sozlib.crew import Crew
from sozlib.errors import BuildError, SozlibError


def square(number: int) -> int:
    return number * number


def refuse(number: int) -> int:
    raise BuildError(f"nicht {number}")


def die(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


def linger(seconds: float) -> None:
    time.sleep(seconds)


@pytest.mark.parametrize("size", [1, 2])
def test_results_come_in_the_order_of_the_jobs_and_every_one_is_told_of(size: int) -> None:
    told: list[tuple[int, int]] = []
    with Crew(size) as crew:
        assert crew.each(square, range(6), lambda job, result: told.append((job, result))) == [0, 1, 4, 9, 16, 25]
        assert Crew.result(crew.begin(square, 7)) == 49
    assert sorted(told) == [(n, n * n) for n in range(6)]


@pytest.mark.parametrize("size", [1, 2])
def test_an_error_made_on_purpose_arrives_as_it_is(size: int) -> None:
    with Crew(size) as crew:
        begun = crew.begin(refuse, 3)
        with pytest.raises(BuildError, match="nicht 3"):
            Crew.result(begun)
        with pytest.raises(BuildError, match="nicht 1"):
            crew.each(refuse, [1, 2])


@pytest.mark.skipif(sys.platform == "win32", reason="Windows kennt keine Signale")
def test_a_process_ended_from_outside_is_told_in_german() -> None:
    with Crew(2) as crew, pytest.raises(SozlibError, match="von außen beendet"):
        crew.each(die, [1, 2])


def fail_beside(crew: Crew) -> None:
    """Fail while a process of the crew is at something that takes long."""
    crew.begin(linger, 60.0)
    time.sleep(0.5)
    raise BuildError("gescheitert")


def test_a_build_that_fails_does_not_wait_for_its_crew() -> None:
    began = time.perf_counter()
    with pytest.raises(BuildError), Crew(2) as crew:
        fail_beside(crew)
    assert time.perf_counter() - began < 40
