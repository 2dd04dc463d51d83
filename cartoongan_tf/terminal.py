"""What every command does at the terminal: one-line errors, quiet libraries."""

import argparse
import os
import sys
import tempfile
import warnings
from contextlib import contextmanager

TRACEBACK = "CARTOONGAN_TF_TRACEBACK"  # set it to see where an error came from
TRAIN = "`pip install 'cartoongan-tf[train]'`, in a clone `pip install '.[train]'`"
WARNING = "warning: "  # begins every line about what is odd, but no error
# What stands before a command's name; `__main__` says how it was called itself.
called_as = "python -m cartoongan_tf."


def run(main, argv: list[str] | None = None) -> None:
    """Runs a command and exits with its code.

    0 when all went well; 2 for what the user can mend, told in one line on stderr; 130
    after Ctrl-C.

    Args:
        main: Takes the argument list, returns an exit code or None.
        argv: The arguments, `sys.argv[1:]` by default.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.formatwarning = lambda message, *_: f"{WARNING}{message}\n"
    if getattr(sys.stdout, "errors", None) in ("strict", "surrogateescape"):
        # A file's name need not be UTF-8; stderr escapes such by itself.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        code = main(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except expected_errors() as error:
        if os.environ.get(TRACEBACK):
            raise
        print(f"error: {one_line(error)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(code or 0)


def bar(label: str, unit: str):
    """A function that is told how much of how much is done, and shows it.

    A bar appears at the first word and goes at the last, each of a thread's own;
    none where standard error is no terminal.

    Args:
        label: What is being done.
        unit: What is counted.
    """
    import threading

    own = threading.local()

    def tell(done: int, of: int) -> None:
        from tqdm import tqdm

        if done == 1:
            own.bar = tqdm(desc=label, total=of, unit=unit, leave=False, disable=None)
        own.bar.update(done - own.bar.n)
        if done == of:
            own.bar.close()

    return tell


def expected_errors() -> tuple:
    """What goes wrong for want of good input, files, disk or memory."""
    errors = (ValueError, OSError, ImportError, MemoryError)
    if "tensorflow" in sys.modules:
        errors += (sys.modules["tensorflow"].errors.OpError,)
    return errors


def load_tensorflow(start: bool = True, what: str = "This") -> None:
    """Imports TensorFlow without the lines that it prints at every start.

    They come from C++ before its log level counts, and would bury our own one line.
    Warnings and errors among them are printed all the same.

    Args:
        start: Let it look for its devices too. A cluster must be set up before that.
        what: That needs it, for the message.

    Raises:
        ImportError: When it is not installed; the one line names the cure.
    """
    with quiet_libraries(("I0000", "WARNING: All log messages before absl::")):
        try:
            import keras
            import tensorflow
        except ImportError as error:
            raise ImportError(
                f"{what} needs TensorFlow and Keras ({error}): {TRAIN}"
            ) from error
        if start:
            keras.ops.convert_to_tensor(tensorflow.zeros(()))


@contextmanager
def quiet_libraries(usual: tuple = ("",)):
    """Holds back lines that C libraries write to stderr, those that begin `usual`.

    Our own warnings are not held back.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)
            held.seek(0)
            for line in held.read().decode(errors="replace").splitlines():
                if not line.startswith(usual) or line.startswith(WARNING):
                    print(line, file=sys.stderr)


@contextmanager
def mute_libraries():
    """Drops what C libraries write to stderr; what Python writes comes at once.

    For work in several threads: `quiet_libraries` is for one at a time.
    """
    sys.stderr.flush()
    ours, kept = sys.stderr, os.dup(2)
    try:
        shared = ours.fileno() == 2
    except (OSError, ValueError):  # no file: a test's or a notebook's
        shared = False
    if shared:
        sys.stderr = os.fdopen(os.dup(2), "w", 1, ours.encoding, ours.errors)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        if shared:
            sys.stderr.close()
            sys.stderr = ours


def one_line(error: BaseException) -> str:
    """An error's message without line breaks, of bearable length."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text if len(text) <= 500 else f"{text[:497]}..."


def command(name: str) -> str:
    """A command as this user types it, for messages that name the next step."""
    return f"{called_as}{name}"


def parser(command: str, description: str, examples: str) -> argparse.ArgumentParser:
    """A parser whose help ends in examples and whose defaults are shown."""
    return _Parser(
        prog=f"{called_as}{command}",
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=_Help,
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message):
        # One line, as of every other error; argparse would print the usage too.
        print(f"error: {message}. See: {self.prog} --help", file=sys.stderr)
        sys.exit(2)


class _Help(argparse.RawDescriptionHelpFormatter):
    def _get_help_string(self, action):
        shown = action.default not in (None, False, argparse.SUPPRESS)
        if shown and "%(default)" not in (action.help or "") and action.option_strings:
            return f"{action.help} (default: %(default)s)"
        return action.help
