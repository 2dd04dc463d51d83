"""A pipeline run to its end: here by several processes, or by another runner."""

import json
import logging
import multiprocessing
import os
import pickle
import shlex
import signal
import sys
import threading
import time
import uuid
from dataclasses import replace

from cartoongan_tf import terminal

# Beam is imported within functions: a process of its own must quiet it before.

HERE = "DirectRunner"
TEMPORARY = ".bulk-"
COUNTS = "drawn", "there", "failed"
ATTEMPTS = 3  # where workers are killed, as by the system for want of memory


def run(order, runner: str, workers: int, flags: list[str], tell=print) -> dict:
    """Draws what was ordered.

    Args:
        order: A `steps.Order`; its `temporary` is chosen here.
        runner: Beam's name of it; `DirectRunner` is several processes of this machine.
        workers: How many, of `DirectRunner`.
        flags: For Beam, as typed.
        tell: Is told of workers that died.

    Returns:
        How many were drawn, were there, failed. What was drawn before a worker died
        counts as there.

    Raises:
        ValueError: When Beam does not know the runner.
        OSError: When the pipeline fails, or workers die again and again.
    """
    from cartoongan_tf.pipelines import files

    temporary = files.join(order.output, f"{TEMPORARY}{uuid.uuid4().hex[:12]}")
    order = replace(order, temporary=temporary)
    try:
        if runner == HERE:
            counts = _run_here(order, workers, flags, tell)
        else:
            counts = _draw(order, flags, runner)
        files.move(order.failures, order.failed)
        return counts
    finally:
        files.delete(temporary)


def clear(output: str) -> None:
    """Deletes what killed runs left half-written in a folder of results.

    In a bucket such files stay, under names that begin with `.bulk-`.
    """
    from cartoongan_tf.pipelines import files

    if os.path.isdir(output):
        for name in os.listdir(output):
            if name.startswith(TEMPORARY):
                files.delete(files.join(output, name))


def read_failures(order) -> list[dict]:
    """What the file of failures says."""
    from cartoongan_tf.pipelines import files

    return [json.loads(line) for line in files.read(order.failed).splitlines()]


def _draw(order, flags: list[str], runner) -> dict:
    import apache_beam as beam
    from apache_beam.options.pipeline_options import PipelineOptions

    from cartoongan_tf.pipelines import steps

    pipeline = beam.Pipeline(runner=runner, options=PipelineOptions(flags))
    steps.draw(pipeline, order)
    result = pipeline.run()
    result.wait_until_finish()
    found = dict.fromkeys(COUNTS, 0)
    for counter in result.metrics().query()["counters"]:
        if counter.key.metric.namespace == steps.NAMESPACE:
            found[counter.key.metric.name] += counter.result
    return found


def _run_here(order, workers, flags, tell) -> dict:
    """In a process of its own: Beam would wait for ever for a worker that died."""
    context = multiprocessing.get_context("spawn")
    for left in reversed(range(ATTEMPTS)):
        ours, theirs = context.Pipe(duplex=False)
        packed = pickle.dumps(order)
        given = packed, workers, flags, theirs, os.getpid()
        process = context.Process(target=_work, args=given)
        process.start()
        theirs.close()
        try:
            counts, failure = ours.recv()
        except EOFError:
            counts, failure = None, None
        finally:
            _end(process)
        if counts is not None:
            return counts
        if failure is not None:
            raise OSError(f"The pipeline failed: {failure}")
        if left:
            tell(f"{terminal.WARNING}A worker was ended from outside; others go on")
    raise OSError(
        f"Workers must not be ended. {ATTEMPTS} times one was; by the system, for want "
        "of memory? Try fewer `--workers`, or `--max-size`. What is drawn is kept, and "
        f"the same command goes on. Received: --workers {workers}"
    )


def _end(process) -> None:
    """Ends the process and its workers, whose group it leads."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        process.kill()
    process.join()


def _end_with(parent: int) -> None:
    """Ends this process and its workers once its parent is gone."""
    while os.getppid() == parent:
        time.sleep(0.2)
    os.killpg(0, signal.SIGKILL)


# What Beam starts for each worker, without its lines about all that went well.
_WORKER = (
    "import logging; logging.disable(logging.WARNING); "
    "from apache_beam.runners.worker import sdk_worker_main as worker; "
    "worker.main(None)"
)


def _work(packed, workers, flags, answers, parent) -> None:
    """Runs the pipeline; sends its counts, or what it failed of.

    Where a worker dies, or the command itself, all end without a word.
    """
    os.setpgid(0, 0)
    logging.disable(logging.CRITICAL)

    def watch(failure):
        if "Worker subprocess exited" in str(failure.exc_value):
            os.killpg(0, signal.SIGKILL)
        if os.environ.get(terminal.TRACEBACK):
            threading.__excepthook__(failure)

    threading.excepthook = watch
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    from apache_beam.runners.portability.fn_api_runner import FnApiRunner
    from apache_beam.transforms.environments import SubprocessSDKEnvironment

    command = shlex.join([sys.executable, "-c", _WORKER])
    processes = SubprocessSDKEnvironment.from_command_string(f"exec {command}")
    try:
        own = [f"--direct_num_workers={workers}"]
        order = pickle.loads(packed)
        counts = _draw(order, [*own, *flags], FnApiRunner(processes))
    except Exception as error:  # Beam has one for every stage, a worker's text within
        lines = [line for line in str(error).splitlines() if line.strip()]
        told = lines[-1] if lines else type(error).__name__
        answers.send((None, terminal.one_line(Exception(told))))
    else:
        answers.send((counts, None))
