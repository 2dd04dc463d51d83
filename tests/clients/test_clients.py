"""Facts about clients: of a server of ours by REST, of gRPC's own messages."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cartoongan_tf.clients.clients import Passing, RestClient, Unanswered, insist
from cartoongan_tf.pictures import images


def test_a_busy_server_is_asked_again_after_ever_longer_waits():
    waits, left = [], [3]

    def attempt():
        left[0] -= 1
        if left[0]:
            raise Passing("busy", 7.0 if left[0] == 1 else None)
        return "drawn"

    assert insist(attempt, 5, waits.append) == "drawn"
    assert 0.3 < waits[0] < 0.7 and waits[1] == 7.0


def test_in_the_end_it_is_told_how_often_was_tried():
    def down():
        raise Passing("There must be a server", is_down=True)

    waits = []
    with pytest.raises(Unanswered, match="server. Tried 4 times"):
        insist(down, 3, waits.append)
    assert len(waits) == 3 and waits == sorted(waits)
    with pytest.raises(Unanswered, match="once"):
        insist(down, 0)


@pytest.mark.parametrize("server", ["", "ftp://x", "localhost:x", "http://", "a:99999"])
def test_an_address_must_be_one(server):
    with pytest.raises(ValueError, match="--server"):
        RestClient(server, "pepper")


@pytest.mark.slow
def test_a_photo_goes_to_a_server_and_comes_back(server, hostile):
    client = RestClient(f"http://localhost:{server.port}/", "pepper")
    client.check()
    photo = hostile.photo("PNG")
    cartoon = images.decode(client.draw(photo)).pixels
    assert cartoon.shape == (64, 96, 3)
    assert np.abs(cartoon.astype(int) - images.decode(photo).pixels).mean() > 3


@pytest.mark.slow
def test_clients_outlast_a_full_queue(server, hostile):
    client = RestClient(f"localhost:{server.port}", "pepper", retries=8)
    photo = hostile.photo("PNG")
    with ThreadPoolExecutor(30) as pool:
        cartoons = list(pool.map(lambda _: client.draw(photo), range(30)))
    assert len({bytes(cartoon) for cartoon in cartoons}) == 1


@pytest.mark.slow
def test_what_a_server_refuses_is_told_in_its_words(server, hostile):
    client = RestClient(f"localhost:{server.port}", "pepper")
    with pytest.raises(ValueError, match=r"refuses \(413\): A photo must .* 4 mega"):
        client.draw(hostile.png(4000, 4000))
    with pytest.raises(ValueError, match=r"refuses \(415\): A photo must be a JPEG"):
        client.draw(b"hello")
    large = images.encode(np.zeros((8, 8, 3), np.uint8)) + bytes(9 * 10**6)
    with pytest.raises(ValueError, match=r"refuses \(413\): A photo must have at most"):
        client.draw(large)
    with pytest.raises(Unanswered, match="must have the style hayao"):
        RestClient(f"localhost:{server.port}", "hayao").check()


# ---------------------------------------------------------------- gRPC


@pytest.fixture(scope="module")
def service():
    """A PredictionService of tensorflow-serving-api's, which draws; its port."""
    grpc = pytest.importorskip("grpc")
    apis = pytest.importorskip("tensorflow_serving.apis")
    del apis
    import tensorflow as tf
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

    class Service(prediction_service_pb2_grpc.PredictionServiceServicer):
        busy = 0

        def Predict(self, request, context):  # noqa: N802
            if request.model_spec.name != "pepper":
                context.abort(grpc.StatusCode.NOT_FOUND, "Servable not found")
            if Service.busy:
                Service.busy -= 1
                context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "queue is full")
            assert request.model_spec.signature_name == "image_bytes"
            (photo,) = tf.make_ndarray(request.inputs["image_bytes"])
            try:
                levels = 255 - images.decode(photo).pixels
            except ValueError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            answer = predict_pb2.PredictResponse()
            drawn = tf.make_tensor_proto([images.encode(levels)])
            answer.outputs["cartoon_bytes"].CopyFrom(drawn)
            return answer

    with ThreadPoolExecutor(4) as pool:
        server = grpc.server(pool)
        prediction_service_pb2_grpc.add_PredictionServiceServicer_to_server(
            Service(), server
        )
        port = server.add_insecure_port("localhost:0")
        server.start()
        yield Service, port
        server.stop(0).wait()


@pytest.mark.slow
def test_our_messages_are_those_of_tensorflow_serving(service, hostile):
    from cartoongan_tf.clients.predictions import GrpcClient

    kind, port = service
    client = GrpcClient(f"localhost:{port}", "pepper")
    client.check()
    photo = hostile.photo("PNG")
    kind.busy = 2  # it asks again
    cartoon = images.decode(client.draw(photo)).pixels
    assert (cartoon == 255 - images.decode(photo).pixels).all()
    with pytest.raises(ValueError, match="refuses .INVALID_ARGUMENT.: A photo must be"):
        client.draw(b"hello")
    kind.busy = 99
    with pytest.raises(ValueError, match="is busy: queue is full. Tried once"):
        GrpcClient(f"localhost:{port}", "pepper", retries=0).draw(photo)
    kind.busy = 0
    with pytest.raises(Unanswered, match="must have the style none"):
        GrpcClient(f"localhost:{port}", "none").draw(photo)
    with pytest.raises(Unanswered, match="There must be a server"):
        GrpcClient("localhost:1", "pepper", retries=0).draw(photo)
    client.close()


def test_an_answer_of_grpc_that_is_none_is_told_of():
    pytest.importorskip("google.protobuf")
    from cartoongan_tf.clients import predictions

    with pytest.raises(ValueError, match="PredictResponse"):
        predictions.parse_answer(b"\xff\xff\xff")
    with pytest.raises(ValueError, match="cartoon_bytes. Received: nothing"):
        predictions.parse_answer(b"")
