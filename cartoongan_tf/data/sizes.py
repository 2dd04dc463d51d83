"""What a batch of training pictures may measure; read without importing TensorFlow."""


def check_sizes(batch_size: int, image_size: int) -> None:
    """Checks what a batch is made of, in the words of the flags."""
    if batch_size < 1:
        raise ValueError(
            f"`batch_size` must be at least 1. Received: batch_size={batch_size}"
        )
    if image_size % 4 or image_size < 32:
        raise ValueError(
            "`image_size` must be a multiple of 4 and at least 32. "
            f"Received: image_size={image_size}"
        )
