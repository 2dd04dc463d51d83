"""Facts about the command that draws the sample set."""

from cartoongan_tf.data import batches
from cartoongan_tf.pictures import images
from cartoongan_tf.samples import samples


def test_drawn_folders_are_a_dataset(command, tmp_path):
    result = command(
        "draw", "--style", "hosoda", "--out", "d", "--photos", "3", "--cartoons", "2",
        "--height", "48", "--width", "64",
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    training_set = batches.open_folder(tmp_path / "d", 32)
    assert (len(training_set.photos), len(training_set.cartoons)) == (3, 2)
    photo = images.read(tmp_path / "d" / "photos" / "0001.png").pixels
    assert (photo == samples.draw_photos(2, 0, 48, 64)[1]).all()


def test_bad_flags_are_refused(command, tmp_path, refused):
    refused(command("draw", "--style", "x", "--out", "d"), "must be one of shinkai")
    refused(command("draw", "--photos", "-1", "--out", "d"), "--photos", "-1")
    refused(command("draw", "--height", "8", "--out", "d"), "at least 32", "height=8")
    images.write(tmp_path / "d" / "photos" / "0000.png", samples.draw_photo(0, 32, 32))
    refused(command("draw", "--out", "d"), "--overwrite", "0000.png")
