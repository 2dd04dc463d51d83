"""Facts about serving/ and the Dockerfile: what can be told of them without Docker."""

import base64
import http.server
import json
import re
import shutil
import subprocess
import sys
import threading
from concurrent import futures
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVING = ROOT / "serving"
STYLES = {"pepper", "paprika", "hayao", "hosoda", "shinkai"}
yaml = pytest.importorskip("yaml", reason="pip install pyyaml: the files are YAML")


@pytest.fixture
def served():
    """What models.config says, by the server's own protocol buffers."""
    pytest.importorskip("tensorflow_serving", reason="pip install '.[export]'")
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2

    config = model_server_config_pb2.ModelServerConfig()
    text_format.Parse((SERVING / "models.config").read_text(), config)
    return config.model_config_list.config


def parse(text, messages, name):
    """Parses a text by a message that is described here: field to number and type."""
    from google.protobuf import (
        descriptor_pb2,
        descriptor_pool,
        message_factory,
        text_format,
        wrappers_pb2,
    )

    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(wrappers_pb2.DESCRIPTOR.serialized_pb)
    file = descriptor_pb2.FileDescriptorProto(name="t", package="t", syntax="proto3")
    file.dependency.append("google/protobuf/wrappers.proto")
    for message, fields in messages.items():
        described = file.message_type.add(name=message)
        for number, (field, kind) in enumerate(fields.items(), 1):
            added = described.field.add(name=field, number=number, label=1)
            if isinstance(kind, str):
                added.type, added.type_name = 11, kind
            else:
                added.type = kind
    pool.AddSerializedFile(file.SerializeToString())
    kind = message_factory.GetMessageClass(pool.FindMessageTypeByName(f"t.{name}"))
    return text_format.Parse(text, kind())


def test_every_shipped_style_is_served_under_a_label(served):
    from cartoongan_tf.inference import styles

    shipped = {path.parent.name for path in styles.HOME.glob("*/light.keras")}
    assert {config.name for config in served} == STYLES == shipped
    for config in served:
        assert config.base_path == f"/models/{config.name}/saved_model"
        versions = list(config.model_version_policy.specific.versions)
        assert versions == [1] and dict(config.version_labels) == {"stable": 1}


def test_make_serving_exports_what_is_served():
    (line,) = re.findall(r"^SERVED \?= (.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert set(line.split()) == STYLES


def test_the_queue_is_bounded_and_no_two_requests_share_a_batch():
    """By the fields of tensorflow_serving's session_bundle_config.proto."""
    pytest.importorskip("google.protobuf")
    number, truth = ".google.protobuf.Int64Value", ".google.protobuf.BoolValue"
    fields = {
        "max_batch_size": number,
        "batch_timeout_micros": number,
        "max_enqueued_batches": number,
        "num_batch_threads": number,
        "enable_large_batch_splitting": truth,
        "max_execution_batch_size": number,
    }
    text = (SERVING / "batching.config").read_text()
    config = parse(text, {"BatchingParameters": fields}, "BatchingParameters")
    assert config.max_execution_batch_size.value == 1
    assert config.enable_large_batch_splitting.value
    assert 1 <= config.max_enqueued_batches.value <= 100
    assert config.num_batch_threads.value == compose()["cpus"]


def test_metrics_are_where_the_readme_says():
    """By the fields of tensorflow_serving's monitoring_config.proto."""
    pytest.importorskip("google.protobuf")
    messages = {
        "PrometheusConfig": {"enable": 8, "path": 9},
        "MonitoringConfig": {"prometheus_config": ".t.PrometheusConfig"},
    }
    text = (SERVING / "monitoring.config").read_text()
    config = parse(text, messages, "MonitoringConfig").prometheus_config
    assert config.enable
    assert f"`{config.path}`" in (SERVING / "README.md").read_text()


def compose():
    return yaml.safe_load((SERVING / "docker-compose.yml").read_text())["services"][
        "serving"
    ]


def deployment():
    parts = list(yaml.safe_load_all((SERVING / "kubernetes.yaml").read_text()))
    assert [part["kind"] for part in parts] == ["Deployment", "Service"]
    return parts


def test_compose_mounts_files_that_are_there_to_be_read_only():
    service = compose()
    for volume in service["volumes"]:
        source, target, mode = volume.split(":")
        assert mode == "ro"
        assert source == "./models" or (SERVING / source).is_file()
    targets = {volume.split(":")[1] for volume in service["volumes"]}
    flags = dict(flag.lstrip("-").split("=", 1) for flag in service["command"])
    assert {value for value in flags.values() if value.startswith("/")} <= targets
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert not service["user"].startswith("0")
    assert {"cpus", "mem_limit", "pids_limit", "healthcheck"} <= set(service)


def test_nobody_else_reaches_the_ports():
    assert all(port.startswith("127.0.0.1:") for port in compose()["ports"])


def test_the_cluster_runs_the_same_image_with_the_same_flags():
    deployed, service = deployment()
    spec = deployed["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    assert container["image"] == compose()["image"]
    assert re.fullmatch(r"tensorflow/serving:\d+\.\d+\.\d+", container["image"])
    assert container["args"] == compose()["command"]
    assert spec["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert set(container["resources"]) == {"requests", "limits"}
    assert {"startupProbe", "readinessProbe", "livenessProbe"} <= set(container)
    mounts = {mount["name"]: mount for mount in container["volumeMounts"]}
    assert set(mounts) == {volume["name"] for volume in spec["volumes"]}
    assert mounts["models"]["readOnly"] and mounts["config"]["readOnly"]
    labels = deployed["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels
    assert deployed["spec"]["selector"]["matchLabels"] == labels
    names = {port["name"] for port in container["ports"]}
    assert {port["targetPort"] for port in service["spec"]["ports"]} == names


def test_kustomize_makes_the_map_that_the_cluster_mounts():
    custom = yaml.safe_load((SERVING / "kustomization.yaml").read_text())
    (made,) = custom["configMapGenerator"]
    volumes = deployment()[0]["spec"]["template"]["spec"]["volumes"]
    (config,) = (volume for volume in volumes if volume["name"] == "config")
    assert config["configMap"]["name"] == made["name"]
    assert all((SERVING / name).is_file() for name in made["files"])
    assert all((SERVING / name).is_file() for name in custom["resources"])
    wanted = {Path(v.split(":")[1]).name for v in compose()["volumes"]} - {"models"}
    assert set(made["files"]) == wanted


@pytest.fixture
def answering():
    """Begins HTTP servers, each with a function of path and body to an answer."""
    begun = []

    def begin(answer):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                size = int(self.headers.get("Content-Length") or 0)
                code, body = answer(self.path, self.rfile.read(size))
                self.send_response(code)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_GET

            def log_message(self, *args):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        begun.append(server)
        return server.server_port

    yield begin
    for server in begun:
        server.shutdown()
        server.server_close()


def states(**of):
    """Answers as TensorFlow Serving's model status API."""

    def answer(path, _):
        name = path.removeprefix("/v1/models/")
        if name not in of:
            return 404, b'{ "error": "Servable not found" }'
        state = {"version": "1", "state": of[name], "status": {"error_code": "OK"}}
        return 200, json.dumps({"model_version_status": [state]}, indent=1).encode()

    return answer


@pytest.mark.skipif(shutil.which("bash") is None, reason="health.sh is for bash")
@pytest.mark.parametrize(
    "of, code, said",
    [
        (dict.fromkeys(STYLES, "AVAILABLE"), 0, ""),
        (dict.fromkeys(STYLES, "LOADING"), 1, "not served: pepper\n"),
        (dict.fromkeys(STYLES - {"hosoda"}, "AVAILABLE"), 1, "not served: hosoda\n"),
    ],
)
def test_health_is_that_every_style_is_available(answering, of, code, said):
    port = answering(states(**of))
    words = ["bash", SERVING / "health.sh", SERVING / "models.config", str(port)]
    result = subprocess.run(words, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (code, said)


def test_a_server_that_is_down_is_not_healthy():
    words = ["bash", SERVING / "health.sh", SERVING / "models.config", "1"]
    assert subprocess.run(words, capture_output=True).returncode == 1


def blocks():
    """The README's lines for REST, and those for gRPC."""
    text = (SERVING / "README.md").read_text()
    rest, grpc = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len([line for line in rest.splitlines() if line]) == 5
    return rest, grpc


def test_the_readmes_five_lines_for_rest_ask_and_read_as_documented(
    answering, tmp_path, monkeypatch
):
    pytest.importorskip("requests")
    (tmp_path / "photo.jpg").write_bytes(b"a photo")
    monkeypatch.chdir(tmp_path)

    def answer(path, body):
        asked = json.loads(body)
        assert path == "/v1/models/pepper:predict"
        assert asked["signature_name"] == "image_bytes"
        (instance,) = asked["instances"]
        photo = base64.b64decode(instance["image_bytes"]["b64"])
        cartoon = base64.b64encode(photo + b" drawn").decode()
        return 200, json.dumps({"predictions": [{"b64": cartoon}]}).encode()

    port = answering(answer)
    exec(blocks()[0].replace("localhost:8501", f"127.0.0.1:{port}"), {})
    assert (tmp_path / "cartoon.png").read_bytes() == b"a photo drawn"


def test_the_readmes_lines_for_grpc_ask_and_read_as_documented(tmp_path, monkeypatch):
    grpc = pytest.importorskip("grpc")
    pytest.importorskip("tensorflow_serving", reason="pip install '.[export]'")
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2

    (tmp_path / "photo.jpg").write_bytes(b"a photo")
    monkeypatch.chdir(tmp_path)

    def predict(request, _):
        assert request.model_spec.name == "pepper"
        assert request.model_spec.signature_name == "image_bytes"
        (photo,) = tf.make_ndarray(request.inputs["image_bytes"])
        answer = predict_pb2.PredictResponse()
        answer.outputs["cartoon_bytes"].CopyFrom(
            tf.make_tensor_proto([photo + b" drawn"])
        )
        return answer

    method = grpc.unary_unary_rpc_method_handler(
        predict,
        predict_pb2.PredictRequest.FromString,
        predict_pb2.PredictResponse.SerializeToString,
    )
    server = grpc.server(futures.ThreadPoolExecutor(1))
    name = "tensorflow.serving.PredictionService"
    server.add_generic_rpc_handlers(
        [grpc.method_handlers_generic_handler(name, {"Predict": method})]
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        exec(blocks()[1].replace("localhost:8500", f"127.0.0.1:{port}"), {})
    finally:
        server.stop(None)
    assert (tmp_path / "cartoon.png").read_bytes() == b"a photo drawn"


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder as `make serving` writes it, of one tiny network under every name."""
    pytest.importorskip("tensorflow_serving", reason="pip install '.[export]'")
    from cartoongan_tf.exporting import saved_model
    from cartoongan_tf.networks.generators import Generator

    home = tmp_path_factory.mktemp("models")
    generator = Generator(4, 1)
    for style in STYLES:
        (home / style / "saved_model").mkdir(parents=True)
        folder = home / style / "saved_model" / "1"
        saved_model.write_saved_model(generator, folder, style)
    return home


@pytest.mark.slow
def test_the_check_passes_what_is_well_and_names_what_is_not(models, tmp_path):
    def check(folder):
        return subprocess.run(
            [sys.executable, SERVING / "check.py", folder],
            capture_output=True,
            text=True,
            timeout=600,
        )

    result = check(models)
    assert result.returncode == 0, result.stderr
    for style in STYLES:
        assert f"{style} 1: signatures and warm-up are well" in result.stdout
    broken = tmp_path / "models"
    shutil.copytree(models, broken)
    shutil.rmtree(broken / "paprika")
    shutil.rmtree(broken / "hosoda")
    shutil.copytree(broken / "hayao", broken / "hosoda")  # warms up under hayao's name
    result = check(broken)
    errors = [x for x in result.stderr.splitlines() if x.startswith("error: ")]
    assert result.returncode == 2 and len(errors) == 2
    assert "paprika: no SavedModel" in result.stderr
    assert "hosoda: a warm-up request is for hayao" in result.stderr


def dockerfile():
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def test_the_image_has_no_tensorflow_and_no_root():
    lines = dockerfile()
    (install,) = (line for line in lines if "pip install" in line)
    extras = re.search(r"\.\[(.*?)\]", install).group(1).split(",")
    assert not {"train", "export", "test"} & set(extras)
    users = [line for line in lines if line.startswith("USER ")]
    assert users and users[-1] != "USER 0" and users[-1] != "USER root"
    assert lines.index(users[-1]) > max(
        n for n, line in enumerate(lines) if line.startswith("RUN ")
    )


def test_the_image_copies_what_is_there_and_nobodys_own_weights():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    taken = {line[1:] for line in ignored if line.startswith("!")}
    copied = [line.split()[1:-1] for line in dockerfile() if line.startswith("COPY ")]
    copied = {name for names in copied for name in names if not name.startswith("--")}
    copied.discard("/opt/cartoongan")
    assert copied == taken
    assert all((ROOT / name).exists() for name in copied)
    assert ignored[0] == "*" and "saved_models/*/paper.keras" in ignored
