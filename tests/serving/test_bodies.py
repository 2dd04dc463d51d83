"""Facts about bodies, errors and keys."""

import json

import pytest

from cartoongan_tf.serving import bodies, refusals
from cartoongan_tf.serving.keys import Keys
from cartoongan_tf.serving.refusals import Refusal


def test_a_file_is_found_in_a_form_with_binary_content(hostile):
    file = b"\r\n--bx\r\n\r\n--b" + bytes(range(256)) * 9 + b"--"
    body = hostile.form(('name="p"; filename="x"', file), ('name="a"', b"1"))
    photo, fields = bodies.photo_of(body, 'multipart/form-data; boundary="b"')
    assert photo == file and fields == [("a", "1")]


def test_the_ledger_is_full_at_its_limit():
    ledger = bodies.Ledger(10)
    ledger.take(8)
    with pytest.raises(Refusal) as refused:
        ledger.take(3)
    assert refused.value.status == 429 and refused.value.wait
    ledger.give(8)
    ledger.take(10)


def test_errors_are_one_line_of_json_whatever_they_quote():
    body = refusals.body('bad\n"name"\u202e\r\nX: y')
    assert body.endswith(b"\n") and body.count(b"\n") == 1 and body.isascii()
    assert json.loads(body)["error"] == 'bad "name"\u202e X: y'


@pytest.fixture
def keys(tmp_path):
    path = tmp_path / "keys.txt"
    path.write_text("# ours\n0123456789abcdef  # the shop\n\nfedcba9876543210\n")
    return Keys(path)


def test_a_key_is_taken_from_either_header(keys):
    assert keys.allow({"authorization": "Bearer 0123456789abcdef"})
    assert keys.allow({"x-api-key": "fedcba9876543210"})
    for wrong in ("", "0123456789abcde", "# ours", "Bearer", "the shop"):
        assert not keys.allow({"x-api-key": wrong})
    assert not keys.allow({"authorization": "Basic 0123456789abcdef"})
    assert not keys.allow({})


@pytest.mark.parametrize("text", ["", "# none\n", "short\n"])
def test_a_file_of_keys_has_keys_that_cannot_be_guessed(tmp_path, text):
    path = tmp_path / "keys.txt"
    path.write_text(text)
    with pytest.raises(ValueError, match="key"):
        Keys(path)
