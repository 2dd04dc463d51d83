"""Facts about a server under attack: benchmarks/hostile.py at small scale."""

import signal
import threading

import pytest

pytestmark = pytest.mark.slow


def test_every_hostile_request_is_a_4xx_of_one_line_and_none_is_fatal(server, hostile):
    before = server.pids()
    answers = hostile.run(server.port, len(hostile.kinds()), at_once=6)
    assert len(answers) > 100
    odd = [
        (name, status, body[:90])
        for name, status, body, _ in answers
        if not hostile.is_refusal(status, body)
        and not (name in hostile.CLOSED and status == 0)
    ]
    assert odd == []
    few = [name for name, status, _, _ in answers if status == 429]
    assert len(few) < 10  # the others were refused for what they are
    status, body = hostile.ask(server.port, hostile.post(hostile.photo()))
    assert status == 200 and body.startswith(b"\xff\xd8\xff")
    assert server.pids()[0] == before[0] and len(server.pids()) == len(before)


def test_clients_that_say_nothing_do_not_keep_others_out(server, hostile):
    import socket

    silent = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(60)]
    try:
        status, _ = hostile.ask(server.port, hostile.post(hostile.photo()))
        assert status == 200
        silent[0].settimeout(20)
        assert silent[0].recv(10) == b""  # closed by the server
    finally:
        for connection in silent:
            connection.close()


def test_a_killed_painter_is_replaced_and_a_killed_server_starts_again(hostile):
    import os
    import time

    one = hostile.Server("--painters", 1)
    request = hostile.post(hostile.photo())
    assert hostile.ask(one.port, request)[0] == 200
    _, painter = one.pids()
    os.kill(painter, signal.SIGKILL)
    statuses = [hostile.ask(one.port, request)[0] for _ in range(2)]
    assert statuses[0] in (200, 422) and statuses[1] == 200
    painter = one.pids()[1]
    one.stop(signal.SIGKILL)
    again = hostile.Server("--painters", 1, port=one.port)
    assert again.port == one.port
    assert hostile.ask(again.port, request)[0] == 200
    for _ in range(50):  # the old painter has nobody to draw for
        if not os.path.exists(f"/proc/{painter}"):
            break
        time.sleep(0.1)
    assert not os.path.exists(f"/proc/{painter}")
    assert again.stop()[0] == 0


def test_told_to_stop_it_finishes_what_it_has_begun(hostile):
    one = hostile.Server("--painters", 1)
    answers = []
    large = hostile.photo(size=(1600, 1200))
    client = threading.Thread(
        target=lambda: answers.append(hostile.ask(one.port, hostile.post(large)))
    )
    client.start()
    metrics = b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"
    while b"painters_busy 1" not in hostile.ask(one.port, metrics)[1]:
        pass
    code, said = one.stop()
    client.join()
    assert code == 0 and said == "Stopped.\n"
    assert answers[0][0] == 200


def test_a_photo_that_takes_too_long_is_given_up_and_the_next_is_drawn(hostile):
    one = hostile.Server("--painters", 1, "--max-seconds", 0.5)
    noise = hostile.photo("PNG", size=(3000, 2000))
    status, body = hostile.ask(one.port, hostile.post(noise))
    assert status == 413 and b"within" in body
    statuses = []
    for _ in range(20):
        statuses.append(hostile.ask(one.port, hostile.post(hostile.photo()))[0])
        if statuses[-1] == 200:
            break
    assert statuses[-1] == 200
    one.stop()
