"""Facts about many photos through one function by several threads."""

import threading
import time

import pytest

from cartoongan_tf.inference import crowds


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_results_come_in_order_whichever_is_done_first(threads):
    def slow_first(n):
        time.sleep(0.02 if n % 3 == 0 else 0)
        return n

    assert list(crowds.each(slow_first, range(20), threads)) == list(range(20))


def test_no_more_is_begun_than_a_few_ahead():
    begun = []

    def items():
        for n in range(50):
            begun.append(n)
            yield n

    drawn = crowds.each(lambda n: n, items(), 3)
    assert next(drawn) == 0
    assert len(begun) <= 6
    drawn.close()
    assert len(begun) <= 6


def test_an_error_comes_at_its_turn_and_ends_it():
    begun = []

    def fails(n):
        begun.append(n)
        if n == 4:
            raise ZeroDivisionError
        return n

    drawn = crowds.each(fails, range(1000), 2)
    seen = []
    with pytest.raises(ZeroDivisionError):
        for n in drawn:
            seen.append(n)
    assert seen == [0, 1, 2, 3]
    assert len(begun) < 20


def test_who_needs_more_than_is_left_waits_for_the_others():
    budget = crowds.Budget(100)
    inside, most, lock = [], [], threading.Lock()

    def work(need):
        with budget.share() as take:
            take(need)
            with lock:
                inside.append(need)
                most.append(sum(inside))
            time.sleep(0.01)
            with lock:
                inside.remove(need)

    for _ in crowds.each(work, [60, 60, 30, 60, 100, 10] * 3, 4):
        pass
    assert max(most) <= 100


def test_who_needs_more_than_all_is_let_in_alone_and_nobody_waits_for_ever():
    budget = crowds.Budget(10)
    inside, together = [], []

    def work(need):
        with budget.share() as take:
            take(need)
            inside.append(need)
            together.append(len(inside) if need > 10 else 1)
            time.sleep(0.01)
            inside.remove(need)

    assert len(list(crowds.each(work, [5, 500, 5, 500, 5], 3))) == 5
    assert max(together) == 1


def test_a_photo_that_failed_gives_its_memory_back():
    budget = crowds.Budget(10)
    for _ in range(3):
        with pytest.raises(ValueError), budget.share() as take:
            take(10)
            raise ValueError
    with budget.share() as take:
        take(10)


def test_threads_are_no_more_than_photos_and_cores():
    assert crowds.count_threads(True, 1) == 1
    assert crowds.count_threads(False, 100) == min(2, crowds.MOST)
    assert 1 <= crowds.count_threads(True, 100) <= crowds.MOST


def test_one_photo_has_all_cores_and_many_share_them(monkeypatch):
    monkeypatch.setattr(crowds.os, "cpu_count", lambda: 6)
    assert [crowds.share_cores(items) for items in (1, 2, 4, 99)] == [6, 3, 1, 1]
