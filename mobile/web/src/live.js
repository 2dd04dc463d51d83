// The camera on the stage: its cartoon live, and the photo taken with it.

import { Camera } from "./camera.js";
import { complain, tell } from "./telling.js";

const $ = (id) => document.getElementById(id);
const SHOWN = 1280; // pixels: the most that live pictures are joined at; more takes longer

/** What the camera's buttons do. */
export class Live {
  /**
   * @param {Stage} stage
   * @param {object} page What the camera needs of it: `choice()` gives the cartoonizer,
   *   once it is there, and how to draw; `onOpen`, `onClose`, `onPhoto`, `onError`,
   *   `onDrawn` are told.
   * @param {Promise} ready The page may be loaded once more until then.
   */
  constructor(stage, page, ready) {
    Object.assign(this, { stage, page, ready });
    this.camera = new Camera();
    this.isWanted = false;
  }

  get isOpen() {
    return this.camera.isOpen;
  }

  listen() {
    $("camera").onclick = () => (this.isOpen ? this.close() : this.open());
    $("close-camera").onclick = () => {
      this.close();
      $("camera").focus();
    };
    $("switch-camera").onclick = () => this.open(() => this.camera.switch());
    $("shutter").onclick = () => this.#shoot();
    addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.isOpen) $("close-camera").click();
    });
    // A camera that nobody looks at is closed.
    addEventListener("visibilitychange", () => document.hidden && this.close());
  }

  /** Opens the camera, once the page is not going to be loaded again. */
  async open(change = () => this.camera.open()) {
    if (this.isWanted) return;
    this.isWanted = true;
    complain(null);
    if (!this.isOpen) tell("cameraSoon");
    try {
      await this.ready;
      await change();
    } catch (error) {
      this.close();
      tell(null);
      if (error.name === "NotAllowedError") complain("cameraRefused");
      else if (error.name === "NotFoundError") complain("noCamera");
      else complain("cameraBusy", { reason: error.message });
      return;
    } finally {
      this.isWanted = false;
    }
    document.body.classList.add("has-camera");
    $("camera-bar").hidden = false;
    $("switch-camera").hidden = this.camera.cameras.length < 2;
    $("status").ariaLive = "off"; // a rate that changes all the time is noise
    this.page.onOpen();
    this.stage.showCartoon(null);
    this.stage.isLive = true;
    this.stage.reveal();
    $("shutter").focus({ preventScroll: true });
    this.#play(this.camera.stream);
  }

  /** Closes it; the photo from before is told to come back unless another one is there. */
  close(isBack = true) {
    if (!this.isOpen && $("camera-bar").hidden) return;
    this.camera.close();
    document.body.classList.remove("has-camera");
    $("camera-bar").hidden = true;
    $("status").ariaLive = "polite";
    this.stage.isLive = false;
    if (isBack) this.page.onClose();
  }

  /** Draws pictures of one camera until it is closed; until the first, shows them bare. */
  async #play(stream) {
    let drawn = 0;
    let begun = 0;
    let isDrawing = false;
    while (this.camera.stream === stream) {
      await new Promise(requestAnimationFrame);
      if (isDrawing && drawn) continue;
      const photo = this.camera.grab(this.#size());
      if (!photo) continue;
      if (!drawn) this.stage.showPhoto(photo.pixels);
      const choice = this.page.choice();
      if (isDrawing || !choice) continue; // the page, or the style, is still loading
      isDrawing = true;
      choice.draw(photo.pixels).then(
        (cartoon) => {
          isDrawing = false;
          if (this.camera.stream !== stream) return;
          this.stage.showPhoto(photo.pixels);
          this.stage.showCartoon(cartoon);
          const now = performance.now();
          if (!drawn++) begun = now; // the first one loads the model
          else if (drawn % 5 === 0) {
            tell("live", { rate: ((drawn - 1) / ((now - begun) / 1000)).toFixed(1) });
          }
          this.page.onDrawn();
        },
        (error) => {
          if (this.camera.stream !== stream) return;
          this.close();
          this.page.onError(error);
        },
      );
    }
  }

  /** The camera's own size, but no more than the screen shows. */
  #size() {
    const { clientWidth, clientHeight } = this.stage.element;
    const shown = Math.max(clientWidth, clientHeight) * devicePixelRatio;
    return Math.min(SHOWN, Math.max(320, Math.round(shown)));
  }

  async #shoot() {
    const { stream } = this.camera;
    if (!stream || this.isShooting) return;
    this.isShooting = true;
    try {
      const photo = await this.camera.shoot();
      if (!photo || this.camera.stream !== stream) return;
      this.close(false);
      this.page.onPhoto(photo);
    } finally {
      this.isShooting = false;
    }
  }
}
