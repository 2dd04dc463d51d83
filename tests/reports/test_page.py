"""Facts about the page, from made-up figures; and in a browser where there is one."""

import json
import os
import re
from pathlib import Path

import numpy as np
import pytest

from cartoongan_tf.reports import page
from cartoongan_tf.samples import samples

ODD = '</script><b>&"x'


@pytest.fixture
def report():
    rng = np.random.default_rng(0)
    names = ["pepper", ODD, "mine"]

    def figure(value):
        return {"value": float(value), "error": 0.1, "count": 8}

    methods = [
        {
            "name": name,
            "kind": "style" if n < 3 else "anchor",
            "sha256": "0" * 64,
            "figures": {
                "kid_cartoons": figure(n - 0.5),
                "structure": figure(0.9 - n / 10),
                "flatness": figure(0.2 * n),
            },
        }
        for n, name in enumerate([*names, "the photos", "the cartoons"])
    ]
    methods[0]["costs"] = {"bytes": 2_636_463, "gmacs_256": 2.9, "peak_memory": None}
    keys = [f"photo {n}" for n in range(8)]
    report = {
        "made": "2026-11-27 12:00 UTC",
        "seed": 7,
        "versions": {"numpy": "2"},
        "machine": "a machine",
        "extractor": {"name": "VGG16 conv4_3 at 224", "sha256": "1" * 64},
        "drawing": "whole",
        "command": "evaluate",
        "photos": {"folder": "photos", "n": 8, "sha256": {}},
        "cartoons": {"folder": "cartoons", "n": 9, "sha256": {}},
        "skipped": ["bad.jpg: damaged"],
        "contestants": names,
        "anchors": [
            {"what": "cartoons, half against half", "key": "kid"} | figure(0.01)
        ],
        "methods": methods,
        "pictures": {
            key: {
                name: {"structure": float(rng.random()), "psnr": float("inf")}
                for name in names
            }
            for key in keys
        },
        "runs": {
            "names": ["pepper", "mine"],
            "differences": {"no_edges": [True, None]},
        },
    }
    report["shown"] = page.choose_shown(report, 5)
    report["extremes"] = page.extremes(report, 2)
    return report


@pytest.fixture
def thumbs(report):
    drawn = page.thumb(samples.draw_photo(0, 60, 80))
    names = ["the photos", *report["contestants"]]
    return {key: dict.fromkeys(names, drawn) for key in report["pictures"]}


def test_nothing_on_the_page_comes_from_elsewhere(report, thumbs):
    text = page.render(report, thumbs)
    assert not re.findall(r"""(?:src|href)=["']?(?!#)[^"'>\s]""", text)
    assert "http" not in re.sub(r'http-equiv="', "", text)
    assert "default-src 'none'" in text
    assert "<!--" not in text.split("</script>")[0].replace("<!--STYLE", "")


def test_no_name_ends_the_script_or_is_taken_for_a_tag(report, thumbs):
    text = page.render(report, thumbs)
    assert ODD not in text and "<b>&" not in text
    body = re.search(r'id="data">(.*?)</script>', text, re.S).group(1)
    assert json.loads(body)["contestants"][1] == ODD


def test_figures_have_the_extractors_name_their_error_and_their_anchors(report, thumbs):
    text = page.render(report, thumbs)
    heads = re.findall(r"<th scope=col[^>]*><button[^>]*>([^<]*)", text)
    assert "to the cartoons, VGG16 conv4_3 at 224" in heads
    assert "KID" not in re.sub(r"data:image[^\"]*", "", text)
    assert "cartoons, half against half" in text and "± 0.100" in text
    assert "seed 7" in text and "bad.jpg: damaged" in text
    assert "--no-edges" in text and "2.64" in text


def test_json_is_strict_and_has_no_infinity(report):
    found = json.loads(page.as_json(report), parse_constant=pytest.fail)
    assert found["pictures"]["photo 0"]["mine"]["psnr"] is None


def test_the_worst_and_the_best_are_at_the_two_ends(report):
    found = report["extremes"]["mine"]["structure"]
    values = {k: row["mine"]["structure"] for k, row in report["pictures"].items()}
    order = sorted(values, key=values.get)
    assert found["worst"] == order[:2] and found["best"] == order[::-1][:2]
    assert "psnr" not in report["extremes"]["mine"]  # infinite: nothing to order


def test_photos_are_shown_evenly(report):
    assert page.choose_shown(report, 99) == list(report["pictures"])
    assert page.choose_shown(report, 4) == [f"photo {n}" for n in (0, 2, 4, 6)]


@pytest.mark.parametrize(
    "value, told",
    [(0, "0"), (0.12345, "0.123"), (-0.5, "-0.500"), (2213.4, "2213"), (12.34, "12.3"),
     (0.0000012, "0.00000"), (float("inf"), "∞")],
)  # fmt: skip
def test_numbers_have_three_digits(value, told):
    assert page._number(value) == told


def find_chromium():
    for name in (
        os.environ.get("CHROMIUM"),
        "/usr/bin/chromium",
        "/usr/bin/google-chrome",
    ):
        if name and Path(name).exists():
            return name
    pytest.skip("no Chromium is here; CHROMIUM=PATH names one")


@pytest.mark.slow
@pytest.mark.parametrize("size, scheme", [((1280, 900), "light"), ((390, 844), "dark")])
def test_in_a_browser_it_compares_sorts_and_fits(
    report, thumbs, tmp_path, size, scheme
):
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="`pip install playwright` to open the page"
    )
    chromium = find_chromium()
    path = tmp_path / "report.html"
    path.write_text(page.render(report, thumbs), encoding="utf-8")
    faults = []
    with playwright.sync_playwright() as browsers:
        browser = browsers.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            offline=True,
        )
        tab = context.new_page()
        tab.on("pageerror", lambda error: faults.append(str(error)))
        tab.on(
            "console", lambda m: faults.append(m.text) if m.type == "error" else None
        )
        tab.goto(path.as_uri())
        tab.wait_for_selector("#sheet-body img")
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert tab.evaluate(wide) <= 0
        empty = "[...document.images].filter((i) => !i.naturalWidth).length"
        for _ in range(100):  # the page forbids `eval`, which `wait_for_function` uses
            if not tab.evaluate(empty):
                break
            tab.wait_for_timeout(100)
        assert not tab.evaluate(empty)
        assert tab.locator("#sheet-body tr").count() == 5
        # The slider, by its keys; the next photo; another contestant.
        tab.locator("#cut").focus()
        tab.keyboard.press("Home")
        cut = "document.querySelector('.stack').style.getPropertyValue('--cut')"
        assert tab.evaluate(cut) == "0%"
        first = tab.locator("#photo").input_value()
        tab.locator("#next").click()
        assert tab.locator("#photo").input_value() != first
        tab.locator("#right").select_option("mine")
        assert "mine" in tab.locator("#right-name").inner_text()
        # A table sorts both ways, and what has no figure stays below.
        head = tab.locator("#figures table").first.locator("thead th").nth(1)
        names = tab.locator("#figures table").first.locator("tbody th")
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == "ascending"
        assert names.first.inner_text().startswith("pepper")
        head.locator("button").click()
        assert names.first.inner_text().startswith("the cartoons")
        # Worst and best follow the choice; a click there goes to the slider.
        tab.locator("#whose").select_option("mine")
        assert tab.locator("#worst figure").count() == 2
        tab.locator("#worst button").nth(1).click()
        worst = report["extremes"]["mine"]["structure"]["worst"][0]
        assert tab.locator("#photo").input_value() == worst
        # Dark to light and back.
        ground = "getComputedStyle(document.body).backgroundColor"
        before = tab.evaluate(ground)
        tab.locator("#theme").click()
        assert tab.evaluate(ground) != before
        browser.close()
    assert not faults
