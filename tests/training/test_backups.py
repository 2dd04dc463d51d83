"""Facts about a run's backups."""

import numpy as np
import pytest
import tensorflow as tf

from cartoongan_tf.training import devices
from cartoongan_tf.training.backups import Backups


def make(folder, shape=(1000,), keep=3):
    value = tf.Variable(tf.zeros(shape))
    backups = Backups(folder, {"value": [value]}, keep, devices.make_strategy())
    return backups, value


@pytest.fixture
def three(tmp_path):
    """Backups of steps 1 to 3, the values being 1 to 3."""
    backups, value = make(tmp_path)
    for step in (1, 2, 3):
        value.assign(tf.fill(value.shape, float(step)))
        backups.counter.assign(step)
        backups.save()
    return tmp_path


def test_the_newest_is_restored(three):
    backups, value = make(three)
    assert backups.restore()
    assert backups.step == 3 and (value.numpy() == 3).all()


def test_only_the_newest_are_kept(tmp_path):
    backups, value = make(tmp_path, keep=2)
    for step in range(5):
        backups.counter.assign(step)
        backups.save()
    assert {p.stem for p in tmp_path.glob("*.index")} == {"ckpt-3", "ckpt-4"}


@pytest.mark.parametrize("part", ["data-00000-of-00001", "index"])
@pytest.mark.parametrize("damage", ["cut", "flipped", "gone"])
def test_a_damaged_one_is_told_and_passed_over(three, capfd, part, damage):
    path = three / f"ckpt-3.{part}"
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "flipped":
        content[len(content) // 2] ^= 0xFF
        path.write_bytes(content)
    else:
        path.unlink()
    backups, value = make(three)
    assert backups.restore()
    assert backups.step == 2 and (value.numpy() == 2).all()
    if not (damage == "gone" and part == "index"):  # then there is none of that name
        said = capfd.readouterr().err
        assert "warning: backup ckpt-3 is damaged, going on from ckpt-2" in said


def test_the_file_that_lists_them_may_be_lost(three):
    (three / "checkpoint").write_text("?")
    backups, value = make(three)
    assert backups.restore() and backups.step == 3


def test_where_all_are_damaged_nothing_begins_anew(three):
    for path in three.glob("*.data*"):
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="must be whole and of the run's networks"):
        make(three)[0].restore()


@pytest.mark.parametrize("shape", [(1001,), (10, 100)])
def test_state_of_other_networks_is_an_error(three, shape):
    with pytest.raises(ValueError, match="must be whole and of the run's networks"):
        make(three, shape)[0].restore()


def test_state_that_lacks_a_variable_is_an_error(three):
    values = [tf.Variable(tf.zeros((1000,))), tf.Variable(np.float32(0))]
    backups = Backups(three, {"value": values}, 3, devices.make_strategy())
    with pytest.raises(ValueError, match="must be whole"):
        backups.restore()


def test_without_backups_there_is_nothing_to_restore(tmp_path):
    backups, _ = make(tmp_path)
    assert not backups.restore() and backups.step == 0
