"""Imports point downwards only, commands are imported by nobody."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "cartoongan_tf"

FLOORS = {
    0: "memory paths styles images layout layers losses schedules "
    "terminal interrupts networks",
    1: "palettes light features generators discriminators colors edges pictures smooth "
    "data pairs shapes things materials scenes samples averages gradients recoloring "
    "pools devices doctor curves evaluation.metrics evaluation.scores results frames "
    "bars lettering unfit duplicates sheets shots sources selection prepared runtimes",
    2: "cartoongan distiller baselines.cyclegan callbacks runs plans backups supplies "
    "phases training distilling",
    3: "cartoonizer baselines.neural_style porting.pth porting.authors "
    "exporting.extras exporting.signatures exporting.saved_model exporting.onnx "
    "exporting.tflite exporting.quantization exporting.smoothing exporting.photos "
    "exporting.parity exporting.report exporting.contract exporting.bundle "
    "exporting.goldens",
    4: "__init__ porting.__init__ evaluation.__init__ baselines.__init__ "
    "exporting.__init__",
    5: "train cartoonize stylize convert draw prepare export distill evaluate goldens",
}
COMMANDS = set(FLOORS[5].split())
# Within a floor this order holds: a file imports only files named before it.
ORDER = [name for floor in sorted(FLOORS) for name in FLOORS[floor].split()]


def module_names():
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def imported(name):
    """Our own modules that a module imports, wherever in the file."""
    path = PACKAGE.joinpath(*name.split(".")).with_suffix(".py")
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            parts = node.module.split(".")
            if parts[0] == "cartoongan_tf":
                inner = ".".join(parts[1:])
                names = [f"{inner}.{a.name}".strip(".") for a in node.names]
                found |= {n if n in ORDER else inner for n in names}
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("cartoongan_tf."):
                    found.add(alias.name.removeprefix("cartoongan_tf."))
    return found - {""}


def test_every_module_has_a_floor():
    assert set(module_names()) == set(ORDER)


@pytest.mark.parametrize("name", list(module_names()))
def test_imports_point_downwards(name):
    for other in imported(name):
        assert ORDER.index(other) < ORDER.index(name), f"{name} imports {other}"
        assert other not in COMMANDS, f"{name} imports the command {other}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_commands_define_no_classes(name):
    tree = ast.parse((PACKAGE / f"{name}.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


def test_only_images_knows_the_pixel_range():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value == 127.5:
                assert path.name == "images.py", path


def test_no_function_of_the_public_api_bears_a_modules_name():
    import cartoongan_tf

    assert not set(cartoongan_tf.__all__) & set(ORDER)


def test_everything_in_the_facade_is_there():
    import cartoongan_tf

    for name in cartoongan_tf.__all__:
        assert getattr(cartoongan_tf, name) is not None
