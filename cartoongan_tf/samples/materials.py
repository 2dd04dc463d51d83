"""How the things of a sample scene are coloured: palettes of cartoons, surfaces."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Palette:
    """Colours of one cartoon style, as hex numbers per material and variant."""

    line: str
    # What a colour is multiplied with where no light falls on it.
    shade: tuple[float, float, float]
    # The upper sky, which is a colour of its own and no shade of the lower one.
    high_sky: str
    colours: dict[str, str]


PALETTES = {
    "shinkai": Palette(
        line="1a1433",
        shade=(0.66, 0.6, 0.84),
        high_sky="2f7df0",
        colours={
            "sky": "7cc6ff",
            "sun": "fff3c4",
            "cloud": "ffe3f0",
            "mountain": "7a6fd0 8f7fdc",
            "snow": "ffe9f7",
            "hill": "5f8fd8 4aa3b8 3fae8c",
            "meadow": "56c47a 6fce72",
            "path": "f0c6d8 d9b8e8",
            "water": "4fd2ff",
            "trunk": "8a5a86",
            "leaf": "2fb58a 46c46c e67fc0",
            "pine": "2a8f96 2f79a8",
            "wall": "fff0f2 ffd3dd d7d4ff",
            "roof": "e8588f 6a5ae0 3c6fe0",
            "window": "ffe98a",
            "door": "a8528f 4f6fd8 d8687a",
            "chimney": "c07aa8",
            "rock": "9c94d0 b3a2cc",
            "paint": "ff5f9e ffd24f 4f8bff a46bff",
            "skin": "ffd9c4 e8a888 a8705f",
            "hair": "4a3560 8a4a5a 2f3f7a",
            "trousers": "3f56b0 6a4f96",
            "tyre": "4a4568",
            "hub": "d8d8f4",
            "stalk": "3aa86a",
            "petal": "ff7fbf ffe9f7 b57fff",
            "heart": "ffd84a",
        },
    ),
    "hosoda": Palette(
        line="2b2622",
        shade=(0.72, 0.8, 0.92),
        high_sky="8fdcff",
        colours={
            "sky": "d4f4ff",
            "sun": "fff6b0",
            "cloud": "ffffff",
            "mountain": "a4d4ee b4dcec",
            "snow": "ffffff",
            "hill": "8fdcc4 92e08f a6e66c",
            "meadow": "b4ec5c c4f06a",
            "path": "fff0c0 f4e4d0",
            "water": "6fe0f4",
            "trunk": "d89a5c",
            "leaf": "66d84a 8ce048 44c86c",
            "pine": "3cc08a 50b468",
            "wall": "fffaf0 fff0a8 c8f0f8",
            "roof": "ff7a4a 3fa8f0 ffb638",
            "window": "a8ecff",
            "door": "3f9ce0 ff8a5a 5cc46a",
            "chimney": "f0a07a",
            "rock": "d4dce0 e4dcc8",
            "paint": "ff5a4a ffe03c 38a8ff ff8cc0",
            "skin": "ffe2c4 f4bc90 bc8058",
            "hair": "6a4a38 c88a3c 4a4a58",
            "trousers": "4a90d8 f4f0dc",
            "tyre": "6a7078",
            "hub": "eef4f8",
            "stalk": "5cc83c",
            "petal": "ff7a9c ffffff ffc83c",
            "heart": "ffa820",
        },
    ),
    "hayao": Palette(
        line="2a1d12",
        shade=(0.64, 0.7, 0.66),
        high_sky="5fb4dc",
        colours={
            "sky": "b4e0e4",
            "sun": "fff0b4",
            "cloud": "fff6dc",
            "mountain": "7fa8a4 8cae94",
            "snow": "fff8e4",
            "hill": "76b07c 5fa452 4e9a3c",
            "meadow": "6cb83a 82c042",
            "path": "e4be82 d4a86a",
            "water": "4fb4b8",
            "trunk": "8a5a30",
            "leaf": "3c9430 5aa832 2a8040",
            "pine": "26703c 34783a",
            "wall": "fbe8c4 e8c894 f0dcb4",
            "roof": "c8502c a86a34 b43c34",
            "window": "a4d8dc",
            "door": "8a4a24 3c7858 a83c2c",
            "chimney": "a86848",
            "rock": "a8a084 b4a890",
            "paint": "dc4430 f4bc38 3878b4 f08038",
            "skin": "fcd4a8 dca070 9a6440",
            "hair": "4a2c18 8a4c20 2c2420",
            "trousers": "5a6a94 8a6438",
            "tyre": "4c4238",
            "hub": "d8ccb0",
            "stalk": "388428",
            "petal": "e8483c fff4dc f4c038",
            "heart": "d88420",
        },
    ),
    "paprika": Palette(
        line="1c0618",
        shade=(0.62, 0.46, 0.72),
        high_sky="1a86c4",
        colours={
            "sky": "46bfe0",
            "sun": "ffd21e",
            "cloud": "ffd8b4",
            "mountain": "6a3f9e 8a4cb0",
            "snow": "ffc4dc",
            "hill": "2f8f8a 2f9a6c 5aa64a",
            "meadow": "6fb83c 8cc444",
            "path": "ffb45c ff9c8c",
            "water": "1f5cd8",
            "trunk": "8c2a3c",
            "leaf": "0f8a6a 16a06a d8304a",
            "pine": "0c6f78 0f7a5a",
            "wall": "ffcf4a ff8ab0 48d8cc",
            "roof": "c8102e 7a1ec0 e0187c",
            "window": "5cf0e0",
            "door": "1a5cc8 d81440 6a18a0",
            "chimney": "d8503c",
            "rock": "a05ab8 b8587c",
            "paint": "ff1e3c ffc60a 12c4c0 e81ea0",
            "skin": "ffc09a f08a6a a84a4a",
            "hair": "5a0e5c c81e3c 143c78",
            "trousers": "3020a0 0a7c80",
            "tyre": "4c1450",
            "hub": "ffd88a",
            "stalk": "1a9a5c",
            "petal": "ff2a8c ffd02a ff5a2a",
            "heart": "7a1ec0",
        },
    ),
}

STYLES: tuple[str, ...] = tuple(PALETTES)


@dataclass(frozen=True)
class Surface:
    """What a material looks like to a camera."""

    colours: str
    # Contrast of each kind of texture, as a share of the surface's own brightness.
    grain: dict[str, float] = field(default_factory=lambda: {"speckle": 0.1})
    # How much darker the surface is where no light falls on it, from 0 to 1.
    dark: float = 0.45
    # Brightness gained from the middle to the top.
    top: float = 0.16
    # Whether the border crumbles, as that of leaves does.
    ragged: bool = False


_FOLIAGE = {"leaves": 0.32, "patches": 0.1}
_FABRIC = {"speckle": 0.12, "patches": 0.08}
_SMOOTH = {"speckle": 0.07, "patches": 0.06}

SURFACES = {
    "sky": Surface("92bbe6", {"patches": 0.03, "speckle": 0.012}, 0.0, -0.2),
    "sun": Surface("fffbe8", {"speckle": 0.01}, 0.0, 0.0),
    "cloud": Surface("f0f0f2", {"patches": 0.09, "speckle": 0.02}, 0.25, 0.06, True),
    "mountain": Surface("76808c 8a8478", {"leaves": 0.16, "patches": 0.2}, 0.4),
    "snow": Surface("e4e8ee", {"patches": 0.12, "speckle": 0.05}, 0.3),
    "hill": Surface("77896a 6d8358 728448", _FOLIAGE, 0.25, 0.3, True),
    "meadow": Surface("8b9a58 839049", {"blades": 0.21, "patches": 0.1}, 0.5, 0.1),
    "path": Surface("b5a288 a49c92", {"speckle": 0.2, "patches": 0.12}, 0.5, 0.0),
    "water": Surface("5f7c86", {"ripples": 0.22, "patches": 0.06}, 0.25, 0.1),
    "trunk": Surface("6a5442", {"bark": 0.38, "speckle": 0.1}, 0.5),
    "leaf": Surface("5c7838 748144 47663a", _FOLIAGE, 0.5, 0.2, True),
    "pine": Surface("3d5a42 465f38", {"leaves": 0.4, "bark": 0.1}, 0.5, 0.16, True),
    "wall": Surface("c9bca4 a8745c b5b0a4", {"bricks": 0.24, "speckle": 0.1}, 0.42),
    "roof": Surface("8a4f3e 6f625c 7c5a44", {"tiles": 0.34, "speckle": 0.12}, 0.35),
    "window": Surface("55636e", {"patches": 0.2, "speckle": 0.05}, 0.2, 0.35),
    "door": Surface("5a4030 4a5a58 6b4438", {"bark": 0.2, "speckle": 0.06}),
    "chimney": Surface("8c6a5a", {"bricks": 0.3, "speckle": 0.1}),
    "rock": Surface("8d8a82 a0937f", {"leaves": 0.16, "speckle": 0.22}, 0.5, 0.22),
    "paint": Surface("b0463c c4a044 3f678f 8a5a84", _SMOOTH, 0.5, 0.2),
    "skin": Surface("d2a487 b07e5e 7a5340", _SMOOTH),
    "hair": Surface("3c2e26 6e5238 2a2a2c", {"bark": 0.3}),
    "trousers": Surface("47536a 756750", _FABRIC),
    "tyre": Surface("2e2e30", {"speckle": 0.15}),
    "hub": Surface("a4a6a8", {"speckle": 0.1}),
    "stalk": Surface("5d7d3a", {"bark": 0.2, "speckle": 0.08}),
    "petal": Surface("c4607c dcd8d0 cf9c48", {"bark": 0.14, "patches": 0.14}),
    "heart": Surface("a87c2c", {"speckle": 0.25}),
}
