"""Light generators taught on a card: a teacher's pictures as tables in its memory.

The teacher draws some thousand views of photos, whole ones nearly, once and in seconds;
then the student's steps run in the card alone, some hundred to a call. What `distill`
does on two cores with windows, here sees most of a photo, as the norms of both do when
they are used.
"""

import jax_step  # first: it chooses Keras's backend

# isort: split
import json
import time
from pathlib import Path

import jax
import keras
import numpy as np
from jax import numpy as jnp

from cartoongan_tf.models.muon import Muon
from cartoongan_tf.pictures import images
from cartoongan_tf.porting import arrays

cv2 = images.opencv()

# Height and width of the student's views, and how often each is taken: photos that lie,
# and squares of all, as phones draw them. Each shape is compiled: 15 to 40 seconds.
SHAPES = {(320, 448): 0.6, (256, 256): 0.4}
MARGIN = (
    32  # pixels around a view that the teacher sees, with what it draws along edges
)
ENLARGED = 1.6  # at most
DARKER, LIGHTER, GAMMAS = 0.7, 1.4, 0.25  # exponents, and the share of views with one
CHUNK = 50  # steps to a call
STAYS = 0.999  # of the average at each step


def pack_teacher(path, out) -> str:
    """Writes a generator's .keras with its kernels rounded to int8.

    Weights rounded so keep 48 dB and more to the whole ones (docs/export.md).

    Returns:
        What was written, in words.
    """
    teacher = keras.saving.load_model(path, compile=False)
    found = {}
    for number, weight in enumerate(teacher.get_weights()):
        name = f"{number:04d}"
        found[name] = np.asarray(weight, np.float32)
        if weight.ndim == 4:
            scale = np.abs(weight).max((0, 1, 2)) / 127 + 1e-12
            found[name] = np.rint(weight / scale).astype(np.int8)
            found[f"{name}_scale"] = scale.astype(np.float32)
    said = {"class": type(teacher).__name__, "config": teacher.get_config()}
    np.savez_compressed(out, network=np.array(json.dumps(said)), **found)
    return f"{out}: {Path(out).stat().st_size / 1e6:.1f} MB"


def read_teacher(path) -> keras.Model:
    """The generator of a folder of `train`, or of a file of `pack_teacher`."""
    if Path(path).is_dir():
        return arrays.read_generator(sorted(Path(path).glob("generator-*.npz")))
    with np.load(path) as file:
        said = json.loads(str(file["network"]))
        names = sorted(name for name in file.files if name.isdigit())
        values = [
            file[name].astype(np.float32) * file.get(f"{name}_scale", np.float32(1))
            for name in names
        ]
    cls = arrays.GENERATORS[said["class"]]
    teacher = cls.from_config({**said["config"], "dtype": "float32"})
    teacher.set_weights(values)
    return teacher


def cut_view(photo, shape, rng) -> np.ndarray:
    """A view of a photo with its margin: uint8 `(height + 64, width + 64, 3)`.

    The margin is of the photo, or the view is as large as the photo allows and is
    mirrored at its sides; half of each.
    """
    within = rng.random() < 0.5
    height, width = (side + 2 * MARGIN * within for side in shape)
    most = min(photo.shape[0] / height, photo.shape[1] / width)
    share = rng.uniform(0.6, 1.0)
    scale = max(most * share, min(most, 1 / ENLARGED))
    tall, wide = int(height * scale), int(width * scale)
    top = int(rng.random() * (photo.shape[0] - tall + 1))
    left = int(rng.random() * (photo.shape[1] - wide + 1))
    window = photo[top : top + tall, left : left + wide]
    way = cv2.INTER_AREA if scale > 1 else cv2.INTER_CUBIC
    view = cv2.resize(window, (width, height), interpolation=way)
    if rng.random() < GAMMAS:
        gamma = np.exp(rng.uniform(np.log(DARKER), np.log(LIGHTER)))
        table = np.round(255 * (np.arange(256) / 255) ** gamma).astype(np.uint8)
        view = table[view]
    if within:
        return view
    rest = (MARGIN, MARGIN)
    return np.pad(view, (rest, rest, (0, 0)), mode="reflect")


def make_tables(teacher, photos, count, seed) -> dict:
    """Views of photos and what a teacher draws of them, in the card's memory.

    Args:
        teacher: A generator.
        photos: uint8 RGB arrays.
        count: Views of all shapes together.
        seed: Of the views.

    Returns:
        For each of `SHAPES` two uint8 arrays `(views, height, width, 3)`: photos, and
        the teacher's pictures.
    """
    draw = jax_step.function_of(teacher)
    values = jax_step.values_of(teacher.trainable_variables)

    @jax.jit
    def show(view):
        signed = images.to_signed(view.astype(jnp.float32))
        drawn = draw(values, signed)
        levels = jnp.rint(images.to_levels(drawn.astype(jnp.float32)))
        levels = jnp.clip(levels, 0, 255).astype(jnp.uint8)
        return levels[:, MARGIN:-MARGIN, MARGIN:-MARGIN]

    tables = {}
    for shape, share in SHAPES.items():
        rng = np.random.default_rng((seed, *shape))
        lies = shape[1] >= shape[0]
        fit = [p for p in photos if (p.shape[1] >= p.shape[0]) == lies] or photos
        fit = photos if shape[0] == shape[1] else fit
        most = max(8, int(count * share) // 8 * 8)
        order = [n % len(fit) for n in range(most)]
        rng.shuffle(order)
        parts = [], []
        for at in range(0, most, 8):
            views = np.stack([cut_view(fit[n], shape, rng) for n in order[at : at + 8]])
            parts[0].append(views[:, MARGIN:-MARGIN, MARGIN:-MARGIN])
            parts[1].append(show(jnp.asarray(views)))
        tables[shape] = jnp.asarray(np.concatenate(parts[0])), jnp.concatenate(parts[1])
    return tables


class TableLessons:
    """Steps of a student on tables, many to a call.

    Args:
        student: A light generator.
        lesson: A `Lesson`: rates and weights of losses.
    """

    def __init__(self, student, lesson):
        self.student, self.lesson = student, lesson
        self.draw = jax_step.function_of(student)
        self.loss_of = jax_step.LessonLoss(lesson)
        optimizer = Muon if lesson.optimizer == "muon" else keras.optimizers.Adam
        self.optimizer = optimizer(lesson.learning_rate, 0.9, 0.99)
        self.optimizer.build(student.trainable_variables)
        self.run = jax.jit(self._run, donate_argnums=0, static_argnums=4)
        self.error = jax.jit(self._error)

    def start(self):
        """Values, the optimizer's, and the average."""
        values = jax_step.values_of(self.student.trainable_variables)
        optimizer = jax_step.values_of(self.optimizer.variables)
        # Copies: a step takes what it is given, and a student starts more than once.
        return tuple(
            [jnp.array(value) for value in part] for part in (values, optimizer, values)
        )

    def _run(self, state, table, key, rate, size):
        photos, pictures = table

        def step(state, key):
            values, optimizer, average = state
            optimizer = jax_step.set_rate(self.optimizer, optimizer, rate)
            # Not mirrored: a teacher draws a mirrored photo otherwise (24 dB).
            at = jax.random.randint(key, (size,), 0, len(photos))
            photo, cartoon = (
                images.to_signed(p[at].astype(jnp.float32)) for p in (photos, pictures)
            )

            def loss_of(values):
                fake = self.draw(values, photo)
                return self.loss_of(fake, cartoon)

            loss, gradients = jax.value_and_grad(loss_of)(values)
            values, optimizer = self.optimizer.stateless_apply(
                optimizer, jax_step.clip(gradients, 1.0), values
            )
            average = [
                a + (1.0 - STAYS) * (v - a)
                for a, v in zip(average, values, strict=True)
            ]
            return (values, optimizer, average), loss

        state, losses = jax.lax.scan(step, state, jax.random.split(key, CHUNK))
        return state, jnp.mean(losses)

    def _error(self, values, photos, pictures):
        fake = self.draw(values, images.to_signed(photos.astype(jnp.float32)))
        apart = fake - images.to_signed(pictures.astype(jnp.float32))
        means = jnp.mean(jnp.square(jnp.clip(apart, -2, 2)), axis=(1, 2, 3))
        return 10 * jnp.log10(4.0 / means)

    def teach(self, tables, seconds, most_steps, batch, say, keep):
        """Learns for so long; the rate is held for half of it, then falls to zero.

        Every 30 seconds the 16 last views that lie, which nothing learns from, are
        drawn by the average; their PSNR is said, and the average given to `keep`.

        Args:
            tables: Of `make_tables`.
            seconds: The clock starts when all is compiled.
            most_steps: Or fewer; 0 for as many as there is time for.
            batch: Views a step.
            say: Takes a line of text.
            keep: Takes the average's values, now and then.

        Returns:
            The values, their average, and the steps.
        """
        shapes = list(tables)
        first = tables[shapes[0]]
        held = min(16, len(first[0]) // 2)
        watched = [part[-held:] for part in first]
        tables = {**tables, shapes[0]: tuple(part[:-held] for part in first)}
        for table in tables.values():  # compiled before the clock runs
            self.run(self.start(), table, jax.random.key(0), jnp.float32(0), batch)
        state, rng = self.start(), np.random.default_rng(1)
        shares = np.array([SHAPES[shape] for shape in shapes])
        began = time.monotonic()
        done, told = 0, began
        while True:
            spent = time.monotonic() - began
            progress = spent / seconds
            if most_steps:
                progress = max(progress, done / most_steps)
            if progress >= 1:
                break
            rate = self.lesson.learning_rate * min(1.0, 2 * (1 - progress))
            shape = shapes[rng.choice(len(shapes), p=shares / shares.sum())]
            key = jax.random.fold_in(jax.random.key(self.lesson.seed), done)
            state, loss = self.run(state, tables[shape], key, jnp.float32(rate), batch)
            done += CHUNK
            loss = float(loss)  # waits: else calls pile up past the clock
            if time.monotonic() - told > 30:
                told = time.monotonic()
                scores = self.error(state[2], *watched)
                say(
                    f"step {done} at {told - began:.0f} s: rate {rate:.2g} loss "
                    f"{loss:.4f}, PSNR of watched views {float(scores.mean()):.2f}, "
                    f"worst {float(scores.min()):.2f}"
                )
                keep(state[2])
        scores = self.error(state[2], *watched)
        say(f"{done} steps: PSNR {float(scores.mean()):.2f}")
        return state[0], state[2], done

    def finish(self, values) -> None:
        """Puts values into the student."""
        for variable, value in zip(
            self.student.trainable_variables, values, strict=True
        ):
            variable.assign(value)
