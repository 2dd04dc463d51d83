"""What every command does at the terminal: one-line errors, quiet libraries."""

import argparse
import os
import sys
import warnings

TRACEBACK = "CARTOONGAN_TF_TRACEBACK"  # set it to see where an error came from


def run(main, argv: list[str] | None = None) -> None:
    """Runs a command and exits with its code.

    0 when all went well; 2 for what the user can mend, told in one line on stderr; 130
    after Ctrl-C.

    Args:
        main: Takes the argument list, returns an exit code or None.
        argv: The arguments, `sys.argv[1:]` by default.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    # absl speaks before TensorFlow can be told not to.
    os.environ.setdefault("GRPC_VERBOSITY", "ERROR")
    warnings.formatwarning = lambda message, *_: f"warning: {message}\n"
    try:
        code = main(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
    except BrokenPipeError:
        sys.exit(1)
    except (ValueError, OSError, ImportError) as error:
        if os.environ.get(TRACEBACK):
            raise
        print(f"error: {one_line(error)}", file=sys.stderr)
        sys.exit(2)
    sys.exit(code or 0)


def one_line(error: BaseException) -> str:
    """An error's message without line breaks."""
    return " ".join(str(error).split()) or type(error).__name__


def parser(command: str, description: str, examples: str) -> argparse.ArgumentParser:
    """A parser whose help ends in examples and whose defaults are shown."""
    return argparse.ArgumentParser(
        prog=f"python -m cartoongan_tf.{command}",
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=_Help,
    )


class _Help(argparse.RawDescriptionHelpFormatter):
    def _get_help_string(self, action):
        shown = action.default not in (None, False, argparse.SUPPRESS)
        if shown and "%(default)" not in (action.help or "") and action.option_strings:
            return f"{action.help} (default: %(default)s)"
        return action.help
