"""What these tests share: whether Apache Beam is there."""

import pytest

# It wants older versions of Pillow and protobuf than the rest is tested with, and so an
# environment of its own: docs/bulk.md.
REASON = "Apache Beam is not here: pip install '.[beam]' pytest, in a new environment"


@pytest.fixture(scope="session")
def beam():
    return pytest.importorskip("apache_beam", reason=REASON)
