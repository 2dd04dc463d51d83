"""Facts about decoder and encoder in threads of their own."""

import threading
import time

import pytest

from cartoongan_tf.video.threads import Behind, ahead


def test_items_come_in_order_and_are_made_in_another_thread():
    def made():
        for number in range(50):
            yield number, threading.get_ident()

    found = list(ahead(made()))
    assert [number for number, _ in found] == list(range(50))
    assert {thread for _, thread in found} != {threading.get_ident()}


def test_no_more_is_made_in_advance_than_was_asked_for():
    made = []

    def items():
        for number in range(50):
            made.append(number)
            yield number

    source = ahead(items(), size=2)
    assert next(source) == 0
    time.sleep(0.2)
    assert len(made) <= 4
    source.close()
    count = threading.active_count()
    time.sleep(0.1)
    assert threading.active_count() <= count and len(made) <= 4


def test_what_is_raised_there_is_raised_here_in_its_turn():
    def items():
        yield 1
        raise OSError("the disk is gone")

    source = ahead(items())
    assert next(source) == 1
    with pytest.raises(OSError, match="the disk is gone"):
        next(source)


def test_all_is_taken_in_order_before_close_returns():
    taken = []

    def take(number):
        time.sleep(0.001)
        taken.append(number)

    behind = Behind(take)
    for number in range(30):
        behind.put(number)
    behind.close()
    assert taken == list(range(30))


def test_what_the_taker_raises_ends_the_giver():
    def take(number):
        if number == 3:
            raise OSError("the disk is full")

    behind = Behind(take, size=1)
    with pytest.raises(OSError, match="the disk is full"):
        for number in range(100):
            behind.put(number)
    with pytest.raises(OSError, match="the disk is full"):
        behind.close()
    behind.stop()


def test_stop_ends_at_once():
    begun, taken = threading.Event(), []

    def take(number):
        begun.set()
        taken.append(number)
        time.sleep(0.01)

    behind = Behind(take, size=100)
    for number in range(100):
        behind.put(number)
    begun.wait(5)
    behind.stop()
    assert len(taken) < 100
