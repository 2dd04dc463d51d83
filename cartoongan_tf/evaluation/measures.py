"""The measures of a report: what each is called, which way is better, what it says."""

from dataclasses import dataclass

from cartoongan_tf.evaluation import lines, metrics, surfaces


@dataclass(frozen=True)
class Measure:
    """One measure.

    Args:
        key: In the report's JSON.
        title: On the page.
        better: `high`, `low`, `cartoons` (near theirs), `one` (near 1), or `free`:
            neither way is.
        group: `style`, `content`, `drawing` or `teacher`.
        about: What it says, in a sentence or two.
        of: `set` for a whole set's, `picture` for a mean over pictures.
        unit: Or nothing.
    """

    key: str
    title: str
    better: str
    group: str
    about: str
    of: str = "picture"
    unit: str = ""


MEASURES = (
    Measure(
        "kid_cartoons",
        "to the cartoons",
        "low",
        "style",
        "Kernel distance of the pictures to the cartoons by the feature network named "
        "above: all pairs, unbiased, so it may be below 0; with the standard "
        "error of a jackknife. Compare it within one report alone.",
        "set",
    ),
    Measure(
        "kid_photos",
        "to the photos",
        "free",
        "content",
        "The same to the photos as a set, a photo's own picture left out. A style must "
        "leave them: how far, is its choice.",
        "set",
    ),
    Measure(
        "fid_cartoons",
        "Fréchet to the cartoons",
        "low",
        "style",
        "Fréchet distance by the same network, only where there are more pictures than "
        "it has channels.",
        "set",
    ),
    Measure(
        "conv3_3",
        "strokes (conv3_3)",
        "low",
        "style",
        "Kernel distance of means and deviations of VGG16's channels at conv3_3 in "
        "windows of 192 pixels, against the photos', which is 1.",
        "set",
    ),
    Measure(
        "conv4_3",
        "forms (conv4_3)",
        "low",
        "style",
        "The same at conv4_3, which sees parts of things.",
        "set",
    ),
    Measure(
        "style_distance",
        "patches",
        "low",
        "style",
        "Sliced Wasserstein distance of small patches and colours, level by level, in "
        "the cartoons' own deviations. No network takes part.",
        "set",
    ),
    Measure(
        "palette",
        "palette",
        "low",
        "style",
        "How far the colours of the whole set are from the cartoons', in Lab units.",
        "set",
        "Lab",
    ),
    Measure(
        "together",
        "style × content",
        "low",
        "style",
        "(1 + distance to the cartoons, the photos' being 1) × (1 + content lost, "
        "another photo's being 1; the mean of structure and outlines). The photo as it "
        "is has 2, and so has a cartoon of something else; below 2 is better than "
        "either. The form is ArtFID's.",
        "set",
    ),
    Measure(
        "structure",
        "structure kept",
        "high",
        "content",
        "Correlation of the feature network's maps of picture and photo, each "
        "channel's mean taken off: 1 for the photo, about 0 for another photo.",
    ),
    Measure(
        "outlines_kept",
        "outlines kept",
        "high",
        "content",
        "The share of the photo's strong edges that the picture has too, within 2 "
        "pixels.",
    ),
    Measure(
        "outline_f1",
        "edges agree",
        "high",
        "content",
        "F1 of the Canny edges of picture and photo, within a pixel: lost ones and "
        "added ones both lower it. A good cartoon drops texture, and is below 1.",
    ),
    Measure(
        "outline_strength",
        "dark outlines",
        "cartoons",
        "drawing",
        "How much dark outline there is, in levels a pixel; best near the cartoons'.",
        unit="levels",
    ),
    Measure(
        "flatness",
        "flat paint",
        "cartoons",
        "drawing",
        "The share of the picture whose 5x5 pixels deviate by less than 2 levels; best "
        "near the cartoons'. Blur flattens too.",
    ),
    Measure(
        "sharpness",
        "sharpness",
        "one",
        "drawing",
        "Variance of the Laplacian against the photo's.",
    ),
    Measure(
        "checkerboard",
        "grid",
        "low",
        "drawing",
        "How far a grid of 2 or 4 pixels stands out of the spectrum.",
        unit="dB",
    ),
    Measure(
        "border",
        "border",
        "one",
        "drawing",
        "How much more the outermost 4 pixels were changed than the 8 within; 1 is "
        "clean.",
    ),
    Measure(
        "seams",
        "seams",
        "low",
        "drawing",
        "How far the worst straight seam from side to side stands out; 1 is none.",
    ),
    Measure(
        "streaks",
        "streaks",
        "low",
        "drawing",
        "How restless the picture is where the photo is plain, in skies above all: "
        "root mean square of what was changed, wider than grain and narrower than "
        "shading. 0 where nothing is plain.",
        unit="levels",
    ),
    Measure(
        "psnr",
        "PSNR to the teacher",
        "high",
        "teacher",
        "Peak signal-to-noise ratio to the teacher's picture.",
        unit="dB",
    ),
    Measure(
        "ssim",
        "SSIM to the teacher",
        "high",
        "teacher",
        "Structural similarity to the teacher's picture.",
    ),
    Measure(
        "teacher_f1",
        "outlines as the teacher's",
        "high",
        "teacher",
        "F1 of Canny edges to the teacher's, within a pixel.",
    ),
)
BY_KEY = {measure.key: measure for measure in MEASURES}


def of_picture(picture, photo, truth=None) -> dict[str, float]:
    """Every measure of one picture that needs no network.

    Args:
        picture: uint8 RGB, what was drawn.
        photo: What it was drawn of, of the same size.
        truth: The teacher's picture, if any.
    """
    values = {
        "outlines_kept": metrics.outlines_kept(picture, photo),
        "outline_f1": metrics.outline_agreement(picture, photo),
        "sharpness": metrics.sharpness(picture) / max(metrics.sharpness(photo), 1e-6),
        "border": surfaces.border_excess(picture, photo),
        "seams": surfaces.seams(picture, photo),
        "streaks": surfaces.streaks(picture, photo),
        **of_cartoon(picture),
    }
    if truth is not None:
        values["psnr"] = metrics.psnr(picture, truth)
        values["ssim"] = metrics.ssim(picture, truth)
        values["teacher_f1"] = metrics.outline_agreement(picture, truth)
    return values


def of_cartoon(picture) -> dict[str, float]:
    """The measures that need no photo beside the picture."""
    return {
        "outline_strength": lines.outline_strength(picture),
        "flatness": surfaces.flatness(picture),
        "checkerboard": surfaces.checkerboard(picture),
    }


def badness(key: str, value: float, cartoons: float | None) -> float | None:
    """A number that grows the worse a value is, to order pictures by.

    Args:
        key: Of the measure.
        value: A picture's.
        cartoons: The cartoons' mean, for what is best near it, or None.

    Returns:
        None where nothing says which way is worse.
    """
    better = BY_KEY[key].better
    if better == "free" or (better == "cartoons" and cartoons is None):
        return None
    if better == "cartoons":
        return abs(value - cartoons)
    return {"high": -value, "low": value, "one": abs(value - 1)}[better]
