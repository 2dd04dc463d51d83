"""Facts about being stopped."""

import os
import signal

import pytest

from cartoongan_tf.training import interrupts


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_and_the_second_ends(number):
    asked = []
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt):
        with interrupts.caught(lambda: asked.append(1)):
            os.kill(os.getpid(), number)
            assert asked == [1]
            os.kill(os.getpid(), number)
    assert asked == [1]
    assert signal.getsignal(number) is before
