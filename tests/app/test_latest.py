"""Work of which only the latest counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event

import pytest

from explorer.app.latest import Latest
from explorer.arch.errors import UsageError


class Heard:
    """What one was told of the work."""

    def __init__(self, work: Latest) -> None:
        self.all, self.came, self.ended = list[object](), list[object](), list[str]()
        work.batch.connect(self.all.extend)
        work.came.connect(self.came.append)
        work.ended.connect(self.ended.append)


@pytest.fixture
def work() -> Iterator[Latest]:
    made = Latest("latest")
    yield made
    made.stop()


def many(first: int) -> Iterator[int]:
    yield from range(first, first + 5000)


def test_all_of_the_latest_is_heard_and_nothing_of_what_was_before(work: Latest) -> None:
    heard = Heard(work)
    work.ask(lambda: many(0))
    work.ask(lambda: many(1))
    work.ask(lambda: many(-9000))
    assert work.busy
    work.wait()
    assert heard.all == list(many(-9000))
    assert heard.came[-1] == -4001
    assert heard.ended == [""]
    assert not work.busy


def test_a_patient_one_lets_what_is_under_way_come_to_its_end(work: Latest) -> None:
    heard, begun, go = Heard(work), Event(), Event()

    def first() -> Sequence[str]:
        begun.set()
        assert go.wait(5)
        return ["first"]

    work.ask(first)
    assert begun.wait(5)
    work.ask(lambda: ["second"], patient=True)
    work.ask(lambda: ["third"], patient=True)
    go.set()
    work.wait()
    assert heard.all == ["first", "third"]
    assert heard.ended == ["", ""]


def test_why_it_failed_is_a_sentence(work: Latest) -> None:
    heard = Heard(work)

    def fail(error: Exception) -> Sequence[int]:
        raise error

    work.ask(lambda: fail(UsageError("It cannot be. Choose another.")))
    work.wait()
    work.ask(lambda: fail(ValueError("no {such} thing")))
    work.wait()
    assert heard.ended == ["It cannot be. Choose another.", "This cannot be computed: no {such} thing."]


def test_what_is_forgotten_is_not_heard(work: Latest) -> None:
    heard = Heard(work)
    work.ask(lambda: many(0))
    work.forget()
    assert not work.busy
    work.wait()
    work.ask(lambda: many(0))
    work.stop()
    work.wait()
    assert (heard.all, heard.came, heard.ended) == ([], [], [])


def test_who_listens_may_ask_for_something_else(work: Latest) -> None:
    heard, asked = Heard(work), list[object]()

    def again(value: object) -> None:
        if not asked:
            asked.append(value)
            work.ask(lambda: [2])

    work.came.connect(again)
    work.ask(lambda: [1])
    work.wait()
    assert heard.came == [1, 2]
    assert heard.ended == [""]
