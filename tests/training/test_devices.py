"""Facts about many devices: the same training as on one."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.training import devices

HERE = Path(__file__).resolve().parent


def ports(count):
    """Free ports of this machine."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    numbers = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return numbers


def environment(index=None, numbers=()):
    variables = {**os.environ, "PYTHONPATH": str(HERE.parents[1])}
    variables |= {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "2"}
    if index is not None:
        workers = [f"127.0.0.1:{number}" for number in numbers]
        task = {"type": "worker", "index": index}
        variables["TF_CONFIG"] = json.dumps(
            {"cluster": {"worker": workers}, "task": task}
        )
    return variables


def spread(root, name, precision="float32", broken="whole", clip=0.0):
    """What each process of a tiny training ends with."""
    count = 2 if name == "multi-worker" else 1
    numbers = ports(count)
    paths = [root / f"{name}_{precision}_{broken}_{clip}_{n}.npz" for n in range(count)]
    running = [
        subprocess.Popen(
            [sys.executable, HERE / "spread.py", name, precision, broken]
            + [str(clip), path],
            env=environment(n if count > 1 else None, numbers),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for n, path in enumerate(paths)
    ]
    for each in running:
        output, _ = each.communicate(timeout=300)
        assert each.returncode == 0, output[-3000:]
    return [dict(np.load(path)) for path in paths]


def check_close(found, expected, tolerance):
    assert set(found) == set(expected)
    for name in set(expected) - {"replicas", "changed_by_broken"}:
        if name.endswith("contrast"):
            continue  # a ratio of means: the mean of two is not that of both
        error = np.abs(found[name] - expected[name]).max()
        size = max(1.0, np.abs(expected[name]).max())
        assert error <= tolerance * size, f"{name}: {error}"


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """What one device ends with."""
    return spread(tmp_path_factory.mktemp("alone"), "one", clip=0.5)[0]


@pytest.mark.slow
def test_two_mirrored_devices_train_as_one_with_the_summed_batch(alone, tmp_path):
    (found,) = spread(tmp_path, "mirrored", clip=0.5)
    assert found["replicas"] == 2
    check_close(found, alone, 1e-5)


@pytest.mark.slow
def test_two_machines_train_as_one_and_agree_to_the_bit(alone, tmp_path):
    first, second = spread(tmp_path, "multi-worker", clip=0.5)
    assert first["replicas"] == 2
    check_close(first, alone, 1e-5)
    for name in first:
        assert np.array_equal(first[name], second[name]), name


@pytest.mark.slow
@pytest.mark.parametrize("clip", [0.0, 0.5])
@pytest.mark.parametrize("name", ["mirrored", "multi-worker"])
def test_an_infinity_on_one_device_is_skipped_by_all(tmp_path, name, clip):
    # Keras asks each device about its own gradients: it would write the infinity into
    # the weights (mirrored) or wait for ever (multi-worker).
    for found in spread(tmp_path, name, "mixed_float16", "broken", clip):
        assert not found["changed_by_broken"]
        for key, value in found.items():
            if not key.startswith("log_"):
                assert np.isfinite(value).all(), key


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "[]",
        '{"cluster": {}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
        '{"cluster": {"worker": ["a:1"]}, "task": {"type": "ps", "index": 0}}',
    ],
)
def test_a_tf_config_that_says_too_little_is_refused(monkeypatch, text):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    if text is not None:
        monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match="TF_CONFIG such as .*Received: TF_CONFIG="):
        devices.make_strategy("multi-worker")


def test_an_unknown_strategy_is_refused():
    with pytest.raises(ValueError, match="one, mirrored, multi-worker"):
        devices.make_strategy("tpu")


def test_one_device_is_its_own_chief():
    strategy = devices.make_strategy()
    assert devices.is_chief(strategy) and not devices.is_many(strategy)
    assert devices.sum_processes(strategy, 3) == 3
