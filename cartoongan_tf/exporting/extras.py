"""Libraries that only exporting needs, and what to do where one is missing."""

from contextlib import contextmanager


@contextmanager
def need(library: str):
    """Turns a failing import into one line that names the cure."""
    try:
        yield
    except ImportError as error:
        raise ImportError(
            f"Exporting needs {library} ({error}): "
            "`pip install 'cartoongan-tf[export]'`"
        ) from error
