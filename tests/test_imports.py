"""Imports point upwards in the list of rooms, commands are imported by nobody."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "cartoongan_tf"

# A file imports from its own room and from those above it in this list; never from one
# below, and never from a neighbour in the same line. `terminal` lies above them all.
FLOORS = (
    "terminal",
    "formats",
    "pictures",
    "networks",
    "samples films evaluation",
    "comics",
    "data",
    "models",
    "plans",
    "inference",
    "training",
    "exporting porting baselines video clients pipelines reports",
    "serving",
)
ROOMS = [room for floor in FLOORS for room in floor.split()]
COMMANDS = {
    path.stem
    for path in PACKAGE.glob("*.py")
    if path.stem not in ("__init__", "__main__", "terminal")
}
# What each of these rooms does without, wherever in a file it would be imported.
WITHOUT = {
    "formats": {"tensorflow", "keras"},
    "pictures": {"tensorflow", "keras"},
    "films": {"tensorflow", "keras"},
    "comics": {"tensorflow", "keras"},
    "evaluation": {"tensorflow", "keras"},
    "samples": {"tensorflow", "keras"},
    "plans": {"tensorflow", "keras"},
    "video": {"tensorflow", "keras"},
    "clients": {"tensorflow", "keras"},
    "serving": {"tensorflow", "keras"},
    "pipelines": {"tensorflow", "keras"},
}
MOST_FILES = 14  # of a room; past that, a second room hides in it


def module_names():
    """Of every file, dotted, without the package's own name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


NAMES = list(module_names())


def imports(name, everywhere=True):
    """Dotted names of what a file imports, in all of it or at its top alone."""
    tree = ast.parse(PACKAGE.joinpath(*name.split(".")).with_suffix(".py").read_text())
    for node in ast.walk(tree) if everywhere else tree.body:
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                yield f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name


def ours(name):
    """Our own modules that a file imports, wherever in it."""
    for full in imports(name):
        package, _, inner = full.partition(".")
        if package == "cartoongan_tf" and inner:
            # `room.module.thing`, `room.module`, or `terminal`, `__version__`
            parts = inner.split(".")
            while parts and ".".join(parts) not in NAMES:
                parts.pop()
            yield ".".join(parts) if parts else "__init__"


def room_of(name):
    """The first part of a dotted name: a room, or a file at the top."""
    return name.split(".")[0]


def floor_of(room):
    """How far down a room is."""
    return next(n for n, floor in enumerate(FLOORS) if room in floor.split())


def test_the_rooms_are_those_of_the_list():
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert folders == set(ROOMS) - {"terminal"}


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "terminal"])
def test_a_room_says_in_one_sentence_what_lives_there_and_hands_on_nothing(room):
    tree = ast.parse((PACKAGE / room / "__init__.py").read_text())
    assert len(tree.body) == 1
    sentence = ast.get_docstring(tree)
    assert sentence.endswith(".") and "\n\n" not in sentence
    assert len(list((PACKAGE / room).glob("*.py"))) - 1 <= MOST_FILES


@pytest.mark.parametrize("name", [n for n in NAMES if "." in n or n == "terminal"])
def test_imports_point_to_rooms_further_up(name):
    for other in ours(name):
        assert other not in COMMANDS, f"{name} imports the command {other}"
        mine, its = room_of(name), room_of(other)
        if its in ("__init__", mine):
            continue
        assert floor_of(its) < floor_of(mine), f"{name} imports {other}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_commands_import_no_commands_and_define_no_classes(name):
    assert not set(ours(name)) & COMMANDS
    tree = ast.parse((PACKAGE / f"{name}.py").read_text())
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]


@pytest.mark.parametrize("room", [room for room in ROOMS if room != "terminal"])
def test_no_files_of_a_room_import_each_other_in_a_circle(room):
    rest = {n: set(ours(n)) for n in NAMES if room_of(n) == room}
    while rest:
        free = [name for name, needed in rest.items() if not needed & set(rest)]
        assert free, f"a circle among {sorted(rest)}"
        for name in free:
            del rest[name]


@pytest.mark.parametrize("room", sorted(WITHOUT))
def test_rooms_of_pixels_do_without_tensorflow_and_keras(room):
    for name in NAMES:
        if room_of(name) == room:
            used = {full.split(".")[0] for full in imports(name)}
            assert not used & WITHOUT[room], name


def test_networks_import_no_tensorflow_at_their_top():
    for name in NAMES:
        if room_of(name) == "networks":
            at_top = {full.split(".")[0] for full in imports(name, everywhere=False)}
            assert "tensorflow" not in at_top, name


def test_only_images_knows_the_pixel_range():
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value == 127.5:
                assert path == PACKAGE / "pictures" / "images.py", path


def test_no_function_of_the_public_api_bears_a_modules_name():
    import cartoongan_tf

    modules = {part for name in NAMES for part in name.split(".")}
    assert not set(cartoongan_tf.__all__) & modules


def test_everything_in_the_facade_is_there():
    import cartoongan_tf

    for name in cartoongan_tf.__all__:
        assert getattr(cartoongan_tf, name) is not None


def test_the_tests_mirror_the_rooms():
    tests = Path(__file__).resolve().parent
    for room in ROOMS:
        if room != "terminal":
            assert list((tests / room).glob("test_*.py")), room
    for path in tests.glob("*/test_*.py"):
        if path.parent.name not in ("mobile", "benchmarks"):
            assert path.parent.name in ROOMS, path
