"""A picture's way through Beam: found, named, read, drawn, written or told of."""

import json
from dataclasses import dataclass

import apache_beam as beam
from apache_beam.metrics import Metrics
from apache_beam.ml.inference.base import RunInference

from cartoongan_tf import terminal
from cartoongan_tf.pipelines import files, names
from cartoongan_tf.pipelines.drawing import CartoonHandler, Look

NAMESPACE = "cartoongan_tf.bulk"
FAILED = "failed"


@dataclass(frozen=True)
class Order:
    """Which pictures are drawn to where.

    Args:
        patterns: From `names.patterns`.
        output: The folder of the results.
        failed: The file for those that failed, a line of JSON each.
        temporary: A folder in `output` for what is not whole yet.
        look: How they are drawn.
        overwrite: Whether results that are there are drawn again.
    """

    patterns: tuple
    output: str
    failed: str
    temporary: str
    look: Look
    overwrite: bool = False

    @property
    def failures(self) -> str:
        """Where `failed` is written before it is whole."""
        return files.join(self.temporary, "failed.jsonl")


def draw(pipeline, order: Order) -> None:
    """Adds all steps to a pipeline."""
    found = (
        pipeline
        | "Patterns" >> beam.Create(order.patterns)
        | "Match" >> beam.ParDo(Match(order.output))
    )
    named, twice = (
        found
        | "ByName"
        >> beam.Map(lambda photo: (names.key(names.result_of(photo[1])), photo))
        | "Rivals" >> beam.GroupByKey()
        | "Settle" >> beam.FlatMap(lambda group: names.settle(list(group[1])))
        | "BySettledName" >> beam.Map(lambda photo: (names.key(photo[1]), photo))
        | "SettledRivals" >> beam.GroupByKey()
        | "First" >> beam.ParDo(First()).with_outputs(FAILED, main="named")
    )
    todo = (
        named
        | "There" >> beam.ParDo(Missing(order.output, order.overwrite))
        | "Share" >> beam.Reshuffle()
    )
    photos, unread = todo | "Read" >> beam.ParDo(Read()).with_outputs(
        FAILED, main="photos"
    )
    written, bad = (
        photos
        | "Draw" >> RunInference(CartoonHandler(order.look))
        | "Write"
        >> beam.ParDo(Write(order.temporary)).with_outputs(FAILED, main="written")
    )
    (
        (twice, unread, bad)
        | "Failures" >> beam.Flatten()
        | "Tell" >> beam.Map(_tell)
        | "Failed"
        >> beam.io.WriteToText(order.failures, num_shards=1, shard_name_template="")
    )


def _tell(failure):
    path, reason = failure
    Metrics.counter(NAMESPACE, "failed").inc()
    return json.dumps({"photo": path, "reason": reason}, ensure_ascii=False)


class Match(beam.DoFn):
    """Finds the files that patterns stand for.

    Args:
        output: A folder of results, not looked into.
    """

    def __init__(self, output: str):
        self._results = files.join(output, "")

    def process(self, pattern):
        """Takes `(pattern, root, by_suffix)`, gives `(path, place)`."""
        glob, root, by_suffix = pattern
        for path in files.match(glob):
            place = names.place_of(path, root, by_suffix)
            if place is not None and not path.startswith(self._results):
                yield path, place


class First(beam.DoFn):
    """Of photos whose results would bear one name, lets the first through."""

    def process(self, group):
        """Takes `(key, photos)`, gives `(path, result)`."""
        (first, result), *others = sorted(group[1])
        yield first, result
        for path, name in others:
            reason = f"Its result would replace that of {first}: {name}"
            yield beam.pvalue.TaggedOutput(FAILED, (path, reason))


class Missing(beam.DoFn):
    """Lets those through whose results are not there yet.

    Args:
        output: The folder of the results.
        overwrite: Whether all are let through.
    """

    def __init__(self, output: str, overwrite: bool):
        self._output, self._overwrite = output, overwrite
        self._there = Metrics.counter(NAMESPACE, "there")

    def process(self, photo):
        """Takes `(path, name)`, gives `(path, result)`."""
        path, name = photo
        result = files.join(self._output, name)
        if not self._overwrite and files.exists(result):
            self._there.inc()
        else:
            yield path, result


class Read(beam.DoFn):
    """Reads files."""

    def process(self, photo):
        """Takes `(path, result)`, gives `(path, result, data)`."""
        path, result = photo
        try:
            yield path, result, files.read(path)
        except OSError as error:
            reason = f"Cannot read {path}: {terminal.one_line(error)}"
            yield beam.pvalue.TaggedOutput(FAILED, (path, reason))


class Write(beam.DoFn):
    """Writes results, each at once and whole.

    A disk that is full is no picture's fault: Beam tries again, or gives up.

    Args:
        temporary: A folder for what is not whole yet.
    """

    def __init__(self, temporary: str):
        self._temporary = temporary
        self._drawn = Metrics.counter(NAMESPACE, "drawn")

    def process(self, drawn):
        """Takes what `CartoonHandler` gives, gives the names of results."""
        path, result, data, reason = drawn
        if reason is not None:
            yield beam.pvalue.TaggedOutput(FAILED, (path, reason))
            return
        files.write(result, data, self._temporary)
        self._drawn.inc()
        yield result
