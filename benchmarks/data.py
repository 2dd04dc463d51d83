"""Our batches against reading raw JPEG files, pictures a second.

The peer is the usual `tf.data` pipeline: file names shuffled, `tf.io.decode_jpeg`,
random crop and flip, batch. Both give 256 pixel crops of the same 481x321 pictures,
three streams of them (photo, cartoon, smooth), in one run and taking turns.
"""

import os
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf  # noqa: E402

from cartoongan_tf.data import batches
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples

PICTURES = 120
BATCH = 8
BATCHES = 60
ROUNDS = 3


def write_pictures(folder):
    for number in range(PICTURES):
        photo = samples.draw_photo(number, 321, 481)
        images.write(folder / "photos" / f"{number}.jpg", photo)
        cartoon = samples.draw_cartoon(number, "hayao", 321, 481)
        images.write(folder / "cartoons" / f"{number}.jpg", cartoon)


def raw_jpeg(folder):
    def stream(part):
        names = [str(path) for path in sorted((folder / part).glob("*.jpg"))]

        def load(name):
            picture = tf.io.decode_jpeg(tf.io.read_file(name), channels=3)
            picture = tf.image.random_crop(picture, (256, 256, 3))
            picture = tf.image.random_flip_left_right(picture)
            return images.to_signed(tf.cast(picture, tf.float32))

        dataset = tf.data.Dataset.from_tensor_slices(names).repeat().shuffle(PICTURES)
        return dataset.map(load, num_parallel_calls=tf.data.AUTOTUNE)

    streams = [stream(part) for part in ("photos", "cartoons", "cartoons")]
    return tf.data.Dataset.zip(tuple(streams)).batch(BATCH).prefetch(2)


def pictures_a_second(dataset):
    feed = iter(dataset.repeat())
    for _ in range(5):  # warm
        next(feed)
    start = time.perf_counter()
    for _ in range(BATCHES):
        next(feed)
    return 3 * BATCH * BATCHES / (time.perf_counter() - start)


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_pictures(folder)
        contestants = {
            "raw_jpeg": raw_jpeg(folder),
            "from_disk": batches.load_dataset(folder, BATCH, cache_bytes=0),
            "from_packed": batches.load_dataset(
                folder, BATCH, cache_bytes=0, packed=True
            ),
            "from_memory": batches.load_dataset(folder, BATCH),
        }
        rates = {name: [] for name in contestants}
        for _ in range(ROUNDS):
            for name, dataset in contestants.items():
                rates[name].append(pictures_a_second(dataset))
        best = {name: max(values) for name, values in rates.items()}
        for name, rate in best.items():
            print(f"{name}_pictures_a_second: {rate:.0f}")
            print(f"{name}_batches_a_second: {rate / (3 * BATCH):.0f}")
        print(f"from_disk_ratio: {best['from_disk'] / best['raw_jpeg']:.2f}")
        print(f"from_packed_ratio: {best['from_packed'] / best['raw_jpeg']:.2f}")
        print(f"from_memory_ratio: {best['from_memory'] / best['raw_jpeg']:.2f}")


if __name__ == "__main__":
    main()
