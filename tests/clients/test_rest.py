"""Facts about the JSON of TensorFlow Serving."""

import base64
import json

import pytest

from cartoongan_tf.clients import rest


def test_a_request_and_an_answer_are_read_as_they_were_written():
    assert rest.parse(rest.request([b"one", b"two"])) == ([b"one", b"two"], True)
    answer = rest.answer([b"three"], True)
    assert rest.parse_answer(answer) == [b"three"]


def test_an_answer_that_names_its_output_is_read_too():
    row = {"cartoon_bytes": {"b64": base64.b64encode(b"x").decode()}}
    assert rest.parse_answer(json.dumps({"predictions": [row]}).encode()) == [b"x"]


@pytest.mark.parametrize("body", [b"", b"{}", b'{"predictions": 1}', b"\xff", b"[]"])
def test_another_answer_is_told_of(body):
    with pytest.raises(ValueError, match="An answer must be"):
        rest.parse_answer(body)


def test_deep_json_is_refused_not_recursed_into():
    with pytest.raises(ValueError, match="no JSON"):
        rest.parse(b'{"instances":' + b'{"a":' * 200_000)
