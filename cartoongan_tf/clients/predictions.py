"""Photos to TensorFlow Serving and cartoons back by gRPC, without TensorFlow.

The package tensorflow-serving-api has the messages, and loads TensorFlow with them. The
few fields that are needed of `tensorflow_serving/apis/predict.proto` and its kin are
described here instead; their numbers are the interface.
"""

from functools import cache

from cartoongan_tf.clients.clients import Passing, Unanswered, insist
from cartoongan_tf.clients.rest import INPUT, OUTPUT

METHOD = "/tensorflow.serving.PredictionService/Predict"
STRING = 7  # DT_STRING of types.proto
MOST = 2**29  # bytes of a message

# Message: field, number, type; `*` is repeated. A map is sent as repeated pairs.
_MESSAGES = {
    "Version": [("value", 1, "int64")],
    "ModelSpec": [("name", 1, "string"), ("version", 2, "Version"),
                  ("signature_name", 3, "string")],
    "Dim": [("size", 1, "int64")],
    "Shape": [("dim", 2, "Dim*")],
    "Tensor": [("dtype", 1, "int32"), ("tensor_shape", 2, "Shape"),
               ("string_val", 8, "bytes*")],
    "Pair": [("key", 1, "string"), ("value", 2, "Tensor")],
    "PredictRequest": [("model_spec", 1, "ModelSpec"), ("inputs", 2, "Pair*")],
    "PredictResponse": [("outputs", 1, "Pair*"), ("model_spec", 2, "ModelSpec")],
}  # fmt: skip


@cache
def _message(name: str):
    """A message's class."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(
        name="cartoongan_predict.proto", package="cartoongan", syntax="proto3"
    )
    for message, fields in _MESSAGES.items():
        described = file.message_type.add(name=message)
        for field, number, kind in fields:
            plain = kind.rstrip("*")
            repeated = kinds.LABEL_REPEATED if plain != kind else kinds.LABEL_OPTIONAL
            entry = described.field.add(name=field, number=number, label=repeated)
            if plain in _MESSAGES:
                entry.type = kinds.TYPE_MESSAGE
                entry.type_name = f".cartoongan.{plain}"
            else:
                entry.type = getattr(kinds, f"TYPE_{plain.upper()}")
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    found = pool.FindMessageTypeByName(f"cartoongan.{name}")
    return message_factory.GetMessageClass(found)


def request(style: str, photos: list[bytes]) -> bytes:
    """A `PredictRequest` for these photos' files, as it goes over the wire."""
    asked = _message("PredictRequest")()
    asked.model_spec.name = style
    asked.model_spec.signature_name = INPUT
    pair = asked.inputs.add(key=INPUT)
    pair.value.dtype = STRING
    pair.value.tensor_shape.dim.add(size=len(photos))
    pair.value.string_val.extend(photos)
    return asked.SerializeToString()


def parse_answer(data: bytes) -> list[bytes]:
    """The cartoons' files of a `PredictResponse`.

    Raises:
        ValueError: When it has none.
    """
    from google.protobuf.message import DecodeError

    try:
        answer = _message("PredictResponse").FromString(data)
    except DecodeError as error:
        raise ValueError(
            "An answer must be a PredictResponse. Received: none"
        ) from error
    for pair in answer.outputs:
        if pair.key == OUTPUT:
            return list(pair.value.string_val)
    names = ", ".join(pair.key for pair in answer.outputs) or "nothing"
    raise ValueError(f"An answer must have {OUTPUT}. Received: {names}")


class GrpcClient:
    """Asks TensorFlow Serving by gRPC.

    Args:
        server: `HOST:PORT`.
        style: The model's name there.
        seconds: For an answer to come.
        retries: How often to try again where a server is down or busy.

    Raises:
        ImportError: When grpcio is not installed.
    """

    def __init__(self, server: str, style: str, seconds=60.0, retries=4):
        try:
            import google.protobuf  # noqa: F401  # of protobuf, which grpcio lacks
            import grpc
        except ImportError as error:
            raise ImportError(
                f"gRPC needs more libraries ({error}): `pip install grpcio protobuf`"
            ) from error
        self._grpc, self._server, self._style = grpc, server, style
        self._seconds, self._retries = seconds, retries
        sizes = ("grpc.max_send_message_length", "grpc.max_receive_message_length")
        # It would retry by itself, out of sight and for longer.
        options = [("grpc.enable_retries", 0), *((name, MOST) for name in sizes)]
        self._channel = grpc.insecure_channel(server, options)
        self._predict = self._channel.unary_unary(METHOD)

    def check(self) -> None:
        """Nothing: the first photo tells."""

    def close(self) -> None:
        """Ends the connection."""
        self._channel.close()

    def draw(self, photo: bytes) -> bytes:
        """Has a photo drawn: a JPEG or PNG file's content to a PNG file's.

        Raises:
            Unanswered: When the server is down, or has not the style.
            ValueError: When the server is busy or refuses the photo.
        """
        data = request(self._style, [photo])
        answer = insist(lambda: self._ask(data), self._retries)
        cartoons = parse_answer(answer)
        if len(cartoons) != 1:
            raise ValueError(
                f"An answer must have one cartoon. Received: {len(cartoons)}"
            )
        return cartoons[0]

    def _ask(self, data):
        code = self._grpc.StatusCode
        try:
            return self._predict(data, timeout=self._seconds)
        except self._grpc.RpcError as error:
            told = " ".join((error.details() or error.code().name).split())[:300]
            if error.code() is code.UNAVAILABLE:
                raise Passing(
                    f"There must be a server at {self._server}. Received: {told}",
                    is_down=True,
                ) from None
            if error.code() is code.RESOURCE_EXHAUSTED:
                raise Passing(f"The server {self._server} is busy: {told}") from None
            if error.code() is code.DEADLINE_EXCEEDED:
                raise Passing(
                    f"The server {self._server} must answer within {self._seconds:g} "
                    "s. Received: nothing"
                ) from None
            if error.code() in (code.NOT_FOUND, code.UNIMPLEMENTED):
                raise Unanswered(
                    f"The server {self._server} must have the style {self._style}. "
                    f"Received: {told}"
                ) from None
            raise ValueError(
                f"The server {self._server} refuses ({error.code().name}): {told}"
            ) from None
