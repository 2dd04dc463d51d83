# The server with the styles in the box, by ONNX Runtime and LiteRT: no TensorFlow.
#
#   docker build --tag cartoongan-tf .
#   echo my-key > keys.txt
#   docker run --publish 127.0.0.1:8501:8501 --volume $PWD/keys.txt:/run/keys.txt:ro \
#     --read-only --tmpfs /tmp --cap-drop ALL --memory 4g cartoongan-tf
#
# Other styles: ... cartoongan-tf --styles paprika hosoda
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /src
COPY pyproject.toml setup.py README.md LICENSE NOTICE ./
COPY cartoongan_tf cartoongan_tf
COPY saved_models saved_models
# Without what opens windows and films, which the server does not: OpenCV's other build
# needs no libraries of a display, and 100 MB of PyAV are not missed.
RUN python -m venv /opt/cartoongan \
 && /opt/cartoongan/bin/pip install --no-cache-dir '.[lite,serve]' \
 && /opt/cartoongan/bin/pip uninstall --yes opencv-python av scenedetect \
 && /opt/cartoongan/bin/pip install --no-cache-dir 'opencv-python-headless>=4.10' \
 && /opt/cartoongan/bin/pip uninstall --yes pip

FROM python:${PYTHON}-slim
LABEL org.opencontainers.image.title="cartoongan-tf" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/cartoongan /opt/cartoongan
RUN useradd --system --uid 10001 --no-create-home cartoongan
USER 10001
WORKDIR /tmp
ENV PATH=/opt/cartoongan/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
EXPOSE 8501
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8501/readyz', timeout=4)"]
ENTRYPOINT ["python", "-m", "cartoongan_tf.serve", "--host", "0.0.0.0", "--keys", "/run/keys.txt"]
CMD ["--styles", "pepper"]
