"""Work beside the desk can be watched, stopped and never fails unseen."""

import threading
from typing import Any

import pytest

from app.jobs import CancelledError, Job, JobRunner


def loud(label: str, error: Exception) -> None:
    raise AssertionError(f"{label}: {error}")


def test_a_job_tells_its_progress_and_what_it_found() -> None:
    seen: list[tuple[float, str]] = []
    found: list[int] = []

    def work(job: Job[Any]) -> int:
        job.progress(0.5, "half")
        job.progress(7.0)
        return 42

    with JobRunner(loud) as runner:
        job = runner.submit(
            work,
            label="Import",
            on_done=found.append,
            on_progress=lambda j: seen.append((j.fraction, j.text)),
        )
        assert job.result(5) == 42
    assert seen == [(0.5, "half"), (1.0, "half")]
    assert found == [42]


def test_a_cancelled_job_stops_at_its_next_step_and_says_nothing_more() -> None:
    begun, go = threading.Event(), threading.Event()
    steps: list[int] = []

    def work(job: Job[Any]) -> str:
        for step in range(1_000):
            job.progress(step / 1_000)
            steps.append(step)
            begun.set()
            go.wait(5)
        return "never"

    with JobRunner(loud) as runner:
        job = runner.submit(work, label="Sweep", on_done=loud)  # type: ignore[arg-type]
        assert begun.wait(5)
        job.cancel()
        go.set()
        with pytest.raises(CancelledError, match="Sweep"):
            job.result(5)
    assert steps == [0]


def test_a_job_that_waits_for_a_thread_can_be_cancelled_before_it_begins() -> None:
    go, begun = threading.Event(), threading.Event()

    def first(_: Job[Any]) -> None:
        begun.set()
        go.wait(5)

    with JobRunner(loud, threads=1) as runner:
        runner.submit(first, label="first")
        assert begun.wait(5)
        second = runner.submit(lambda _: pytest.fail("ran"), label="second")
        assert [job.label for job in runner.jobs()] == ["first", "second"]
        second.cancel()
        go.set()
        with pytest.raises(CancelledError):
            second.result(5)
    assert runner.jobs() == ()


def test_every_error_reaches_the_one_place_with_the_label() -> None:
    told: list[tuple[str, str]] = []

    def work(_: Job[Any]) -> None:
        raise ValueError("line 7 has no date")

    with JobRunner(lambda label, error: told.append((label, str(error)))) as runner:
        job = runner.submit(work, label="Import", on_done=loud)  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="line 7"):
            job.result(5)
    assert told == [("Import", "line 7 has no date")]


def test_closing_cancels_what_is_under_way() -> None:
    begun = threading.Event()

    def work(job: Job[Any]) -> None:
        begun.set()
        while not job.cancelled():
            threading.Event().wait(0.01)

    runner = JobRunner(loud)
    job = runner.submit(work, label="Report")
    assert begun.wait(5)
    runner.close()
    with pytest.raises(CancelledError):
        job.result(0)


def test_callbacks_go_where_their_receiver_lives() -> None:
    posted: list[Any] = []
    found: list[int] = []
    with JobRunner(loud, deliver=posted.append) as runner:
        runner.submit(lambda _: 7, label="x", on_done=found.append).result(5)
    assert found == []
    for call in posted:
        call()
    assert found == [7]
