"""Facts about a whole export: its files, contracts and report."""

import hashlib
import json
import subprocess
from pathlib import Path

import jsonschema
import numpy as np
import pytest

from cartoongan_tf.exporting import bundle, parity
from cartoongan_tf.inference.runtimes import load_runtime
from cartoongan_tf.inference.statistics import ONNXStatistics
from cartoongan_tf.networks.light import LightGenerator
from cartoongan_tf.pictures import images

SCHEMA = Path(__file__).resolve().parents[2] / "mobile/contract/model.schema.json"
VARIANTS = ("float32", "float16", "weight-int8", "int8", "int8-statistics")


@pytest.fixture(scope="module")
def export(generator, photos, tmp_path_factory):
    out = tmp_path_factory.mktemp("exports") / "tiny"
    rows = bundle.export(
        generator, out, "tiny", photos, variants=VARIANTS, sizes=(32,),
        licence="CC0", allow_low_fidelity=True, tell=lambda line: None,
    )  # fmt: skip
    return out, rows


def contracts(out):
    return {path: json.loads(path.read_text()) for path in out.rglob("model.json")}


def test_files_are_named_as_promised(export):
    out, rows = export
    assert [row["file"] for row in rows] == [
        "saved_model/1",
        "tiny.onnx",
        "tiny_statistics.onnx",
        *(f"tflite/tiny_32_{variant}.tflite" for variant in VARIANTS),
    ]
    assert all((out / row["file"]).exists() for row in rows)
    assert not list(out.parent.glob(".*tmp*"))


def test_every_file_runs_and_is_near_keras(export, generator, photo):
    out, rows = export
    truth = generator(photo)
    for row in rows:
        if row["variant"] == "onnx-statistics":
            made, _ = ONNXStatistics(out / row["file"])(photo)
        else:
            made = load_runtime(out / row["file"])(photo)
        assert made.shape == photo.shape
        assert np.abs(made - truth).mean() < 0.1, row["file"]


def test_contracts_fit_the_schema(export):
    schema = json.loads(SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    found = contracts(export[0])
    assert len(found) == 3
    for contract in found.values():
        jsonschema.validate(contract, schema)
        assert (contract["style"], contract["licence"]) == ("tiny", "CC0")


def test_contracts_know_their_files(export):
    out, rows = export
    described = set()
    for path, contract in contracts(out).items():
        for entry in contract["models"]:
            file = path.parent / entry["file"]
            described.add(file.relative_to(out).as_posix())
            if file.is_file():
                data = file.read_bytes()
                assert entry["sha256"] == hashlib.sha256(data).hexdigest()
                assert entry["bytes"] == len(data)
            shape = entry["input"]["shape"]
            is_fixed = file.suffix == ".tflite"
            assert shape == ([1, 32, 32, 3] if is_fixed else [None, None, None, 3])
    assert described == {row["file"] for row in rows}


def test_a_folders_sha256_can_be_made_with_coreutils(export):
    out, _ = export
    entry = json.loads((out / "saved_model" / "model.json").read_text())["models"][0]
    told = subprocess.run(
        "find . -type f | sed 's#^./##' | LC_ALL=C sort | xargs sha256sum | sha256sum",
        shell=True, cwd=out / "saved_model" / "1", capture_output=True, text=True,
    )  # fmt: skip
    assert entry["sha256"] == told.stdout.split()[0]


def test_contracts_name_the_files_with_statistics_and_their_norms(export, generator):
    described = {}
    for contract in contracts(export[0]).values():
        for entry in contract["models"]:
            described[entry["variant"]] = entry.get("statistics")
    told = described["onnx-statistics"]
    assert told["input"]["shape"] == [None, 2, 4 + 8 + 16 + 2 * 16 + 8 + 4]
    assert [norm["name"] for norm in told["norms"]] == [
        layer.name for layer in generator.layers if hasattr(layer, "gamma")
    ]
    assert described["saved-model"] == {"signature": "statistics", **told}
    fixed = described["int8-statistics"]
    assert fixed["input"]["shape"] == [1, 2, told["input"]["shape"][2]]
    assert fixed["share"]["shape"] == [1] and fixed["norms"] == told["norms"]
    assert described["onnx"] is None is described["int8"]


def test_the_report_tells_what_was_measured(export, photos):
    out, rows = export
    report = json.loads((out / "report.json").read_text())
    assert report["files"] == json.loads(json.dumps(rows))
    chosen = report["photos"]["calibration"] + report["photos"]["validation"]
    assert not set(chosen) & set(report["photos"]["test"])
    text = (out / "report.md").read_text()
    for row in rows:
        assert row["file"] in text and row["worst_photo"] in report["photos"]["test"]
        assert row["psnr_worst"] <= row["psnr_mean"] and row["latency_ratio"] > 0
        assert row["ops"]
        sheet = images.read(out / row["sheet"]).pixels
        assert sheet.shape == (32, 4 * 32 + 3 * 4, 3)
        assert row["sheet"] in text
    sizes = {row["variant"]: row["size_ratio"] for row in rows}
    assert sizes["int8"] < sizes["float16"] < sizes["float32"] == 1
    for variant in ("saved-model", "onnx", "float32"):
        row = next(row for row in rows if row["variant"] == variant)
        assert row["largest_error"] < 1e-4


def test_statistics_need_norms(photos, tmp_path):
    plain = LightGenerator(4, 4, 1, norm="none")
    with pytest.raises(ValueError, match="int8-statistics must be of a network with"):
        bundle.export(
            plain, tmp_path / "e", "tiny", photos, ("tflite",), ("int8-statistics",)
        )
    assert not (tmp_path / "e").exists()


@pytest.mark.slow
def test_a_file_below_its_limits_says_so_in_its_name(
    generator, photos, tmp_path, monkeypatch
):
    strict = {**parity.LIMITS, "float16": {"psnr_worst": 150.0}}
    strict["saved-model"] = {"largest_error": -1.0}
    monkeypatch.setattr(parity, "LIMITS", strict)
    rows = bundle.export(
        generator, tmp_path / "e", "tiny", photos, ("saved-model", "tflite"),
        ("float16",), (32,), tell=lambda line: None,
    )  # fmt: skip
    assert [row["file"] for row in rows] == [
        "saved_model.low-fidelity/1", "tflite/tiny_32_float16.low-fidelity.tflite",
    ]  # fmt: skip
    assert all(row["shortfalls"] for row in rows)
    found = contracts(tmp_path / "e")
    for path, contract in found.items():
        assert all((path.parent / m["file"]).exists() for m in contract["models"])
    assert len(found) == 2


def test_a_failed_export_leaves_what_was_there(
    generator, photos, tmp_path, monkeypatch
):
    out = tmp_path / "e"
    out.mkdir()
    (out / "report.md").write_text("mine")

    def break_off(*_):
        raise OSError("No space left on device")

    monkeypatch.setattr(bundle.report, "write_report", break_off)
    with pytest.raises(OSError, match="No space"):
        bundle.export(
            generator, out, "tiny", photos, ("tflite",), ("float32",), (32,),
            tell=lambda line: None,
        )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == ["e"]
    assert (out / "report.md").read_text() == "mine"


@pytest.mark.slow
def test_a_light_generators_int8_has_only_what_xnnpack_takes(photos, tmp_path):
    light = LightGenerator(4, 8, 1)
    out = tmp_path / "light"
    rows = bundle.export(
        light, out, "light", photos, ("tflite",), sizes=(48, 32),
        allow_low_fidelity=True, tell=lambda line: None,
    )  # fmt: skip
    assert [row["image_size"] for row in rows] == [48, 32]
    for row in rows:
        assert "GATHER" not in row["ops"]  # convolutions whole, not in strips
        assert row["recipe"]["strip_rows"] is None
        # int8 costs most at the largest size: what is enough there is enough
        assert (row["recipe"]["smoothed_at"], row["recipe"]["chosen_at"]) == (32, 48)
        assert row["psnr_worst"] > 33
