// The camera: its pictures one by one, as fast as they can be drawn.

import { grab } from "./photo.js";

const WIDTH = 1920; // pixels that are asked for: a camera gives what is nearest
const PATIENCE = 4000; // ms for a photo; then the video's own picture must do

/** A camera of the device. */
export class Camera {
  constructor() {
    this.video = document.createElement("video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.stream = null;
    this.cameras = [];
  }

  get isOpen() {
    return this.stream !== null;
  }

  /** The front camera shows its owner, who expects a mirror. */
  get isMirrored() {
    return this.stream?.getVideoTracks()[0].getSettings().facingMode === "user";
  }

  /**
   * Opens the camera, the one at the back if there are several.
   *
   * @param {string} [id] Of a camera.
   * @throws {DOMException} As `getUserMedia` does.
   */
  async open(id) {
    if (!navigator.mediaDevices?.getUserMedia) {
      throw new DOMException("no camera", "NotFoundError");
    }
    this.close();
    const which = id ? { deviceId: { exact: id } } : { facingMode: "environment" };
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: { ...which, width: { ideal: WIDTH } },
      audio: false,
    });
    this.video.srcObject = this.stream;
    await this.video.play();
    // Their names are known only once one of them was allowed.
    const devices = await navigator.mediaDevices.enumerateDevices();
    this.cameras = devices.filter((device) => device.kind === "videoinput");
  }

  /** Opens the next of several cameras. */
  async switch() {
    const now = this.stream?.getVideoTracks()[0].getSettings().deviceId;
    const at = this.cameras.findIndex((camera) => camera.deviceId === now);
    await this.open(this.cameras[(at + 1) % this.cameras.length].deviceId);
  }

  /** The picture of this moment, its long side at most so many pixels. */
  grab(longest = Infinity) {
    const { videoWidth: width, videoHeight: height } = this.video;
    if (!width) return null;
    const ratio = Math.min(1, longest / Math.max(width, height));
    if (ratio === 1) return this.#grab(this.video, width, height);
    this.canvas ??= document.createElement("canvas");
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    const { canvas } = this;
    canvas.getContext("2d").drawImage(this.video, 0, 0, canvas.width, canvas.height);
    return this.#grab(canvas, canvas.width, canvas.height);
  }

  /** A photo by all the pixels that the camera has, where the browser asks it for them. */
  async shoot() {
    const [track] = this.stream.getVideoTracks();
    if (typeof ImageCapture === "function") {
      try {
        const late = new Promise((_, fail) => setTimeout(fail, PATIENCE));
        const blob = await Promise.race([new ImageCapture(track).takePhoto(), late]);
        const bitmap = await createImageBitmap(blob, { imageOrientation: "from-image" });
        const { videoWidth, videoHeight } = this.video;
        const isLarger = Math.max(bitmap.width, bitmap.height) > Math.max(videoWidth, videoHeight);
        const isAlike = bitmap.width > bitmap.height === videoWidth > videoHeight;
        if (isLarger && isAlike) return this.#grab(bitmap, bitmap.width, bitmap.height);
      } catch {
        // many cameras have no photos but those of their video
      }
    }
    return this.stream ? this.grab() : null;
  }

  close() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  #grab(source, width, height) {
    return grab(source, width, height, "camera", "image/jpeg", this.isMirrored);
  }
}
