"""Facts about what a batch may measure."""

import pytest

from cartoongan_tf.data.sizes import check_sizes


@pytest.mark.parametrize("sizes", ((1, 32), (8, 256), (3, 100)))
def test_these_are_taken(sizes):
    check_sizes(*sizes)


@pytest.mark.parametrize(
    "sizes, text",
    (
        ((0, 32), "`batch_size` must be at least 1. Received: batch_size=0"),
        ((1, 28), "at least 32. Received: image_size=28"),
        ((1, 34), "`image_size` must be a multiple of 4"),
    ),
)
def test_others_are_refused(sizes, text):
    with pytest.raises(ValueError, match=text):
        check_sizes(*sizes)
