"""Checks what TensorFlow Serving is about to serve, as far as that goes without it.

    python serving/check.py [MODELS]

For each style of models.config: the versions that it names are there, `saved_model_cli`
finds the three signatures, and a fresh TensorFlow answers every warm-up request.
"""

import resource
import subprocess
import sys
from pathlib import Path

from cartoongan_tf import terminal

HERE = Path(__file__).resolve().parent
MOUNT = "/models/"  # where the container sees MODELS
SIGNATURES = {
    "serving_default": ("image", "DT_FLOAT"),
    "image_bytes": ("image_bytes", "DT_STRING"),
    "statistics": ("statistics", "DT_FLOAT"),
}


def main(argv):
    """Checks every style; returns the exit code."""
    models = Path(argv[0]) if argv else HERE / "models"
    terminal.load_tensorflow()
    faults = []
    for config in read_config(HERE / "models.config"):
        folder = models / config.base_path.removeprefix(MOUNT)
        versions = config.model_version_policy.specific.versions
        unknown = set(config.version_labels.values()) - set(versions)
        if unknown:
            faults.append(f"{config.name}: labels name versions not served: {unknown}")
        for version in versions:
            fault = check(config.name, folder / str(version))
            if fault:
                faults.append(f"{config.name}: {fault}")
            else:
                print(
                    f"{config.name} {version}: signatures and warm-up are well",
                    flush=True,
                )
    for fault in faults:
        print(f"error: {fault}", file=sys.stderr)
    if not faults:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        print(f"All loaded and warmed up took {peak:.1f} GiB at most.")
    return 2 if faults else 0


def read_config(path):
    """The models of a models.config."""
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    config = model_server_config_pb2.ModelServerConfig()
    text_format.Parse(path.read_text(), config)
    return config.model_config_list.config


def check(style, folder):
    """What is wrong with a version's folder, in words; None where nothing is."""
    if not (folder / "saved_model.pb").is_file():
        return f"no SavedModel: {folder} (make serving)"
    shown = subprocess.run(
        [sys.executable, "-m", "tensorflow.python.tools.saved_model_cli", "show"]
        + ["--dir", str(folder), "--all"],
        capture_output=True,
        text=True,
    )
    if shown.returncode:
        return f"saved_model_cli: {shown.stderr.strip().splitlines()[-1]}"
    parts = shown.stdout.split("signature_def['")
    told = {part.partition("'")[0]: part for part in parts[1:]}
    for name, (tensor, dtype) in SIGNATURES.items():
        part = told.get(name, "")
        _, _, after = part.partition(f"inputs['{tensor}']")
        if dtype not in after.partition("shape")[0]:
            return f"saved_model_cli shows no signature {name} of {tensor}, {dtype}"
    return replay(style, folder)


_LOADED = []  # together, as the server has them


def replay(style, folder):
    """What is wrong with the answers to the warm-up requests."""
    import tensorflow as tf
    from tensorflow_serving.apis import prediction_log_pb2

    model = tf.saved_model.load(str(folder))
    _LOADED.append(model)
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    asked = set()
    for record in tf.data.TFRecordDataset(str(path)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        spec, inputs = (
            getattr(log.predict_log.request, n) for n in ("model_spec", "inputs")
        )
        if spec.name != style:
            return f"a warm-up request is for {spec.name}"
        given = {name: tf.constant(tf.make_ndarray(x)) for name, x in inputs.items()}
        model.signatures[spec.signature_name](**given)
        asked.add(spec.signature_name)
    missing = set(SIGNATURES) - asked
    return f"no warm-up request for {sorted(missing)}" if missing else None


if __name__ == "__main__":
    terminal.run(main)
