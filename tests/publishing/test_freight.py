"""Uploads wait for each other when there is too much under way; what weighs nothing waits for nobody."""

from __future__ import annotations

import threading

from apps.publishing.engine.freight import Freight


def test_what_is_too_much_waits_until_there_is_room() -> None:
    freight, said, may_end = Freight(100), [], threading.Event()
    first_is_on = threading.Event()

    def first() -> None:
        with freight.carrying(80):
            first_is_on.set()
            may_end.wait(5)
            said.append("first")

    def second() -> None:
        with freight.carrying(40):
            said.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert first_is_on.wait(5)
    threads[1].start()
    with freight.carrying(0):
        said.append("words")
    may_end.set()
    for thread in threads:
        thread.join(5)

    assert said == ["words", "first", "second"]


def test_one_that_is_heavier_than_all_goes_alone() -> None:
    freight = Freight(100)

    with freight.carrying(10**12):
        assert freight._under_way == 100
    assert freight._under_way == 0
