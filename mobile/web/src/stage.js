// The stage: photo and cartoon one over the other, and the divider between them, which
// rests at the edge: the cartoon is what is looked at.

import { listen } from "./gestures.js";
import { Zoom } from "./zoom.js";

const REVEAL = 900; // ms, in which a new cartoon is drawn over its photo
const ROOM = 24; // pixels beside a label

/** What the visitor looks at. */
export class Stage {
  /**
   * @param {HTMLElement} element
   * @param {function} onPeek Is told when the photo is held to be seen.
   */
  constructor(element, onPeek = () => {}) {
    this.element = element;
    this.onPeek = onPeek;
    this.frame = element.querySelector("#frame");
    this.before = element.querySelector("#before");
    this.after = element.querySelector("#after");
    this.divider = element.querySelector("#divider");
    this.handle = element.querySelector(".handle");
    this.tags = [".tag-before", ".tag-after"].map((tag) => element.querySelector(tag));
    this.zoom = new Zoom((zoom) => this.#place(zoom));
    this.divider.addEventListener("input", () => this.#cutByHand());
    listen(this.frame, this.zoom, {
      peek: (isPeeking) => this.peek(isPeeking),
      isGrip: (target) => target.closest("button, .handle") !== null,
    });
    this.#listenToHandle();
    new ResizeObserver(() => this.#measure()).observe(this.frame);
    this.#measure();
  }

  /** Shows a photo, or only its size changes for a camera's next picture. */
  showPhoto(pixels) {
    this.#paint(this.before, pixels);
    const { width, height } = pixels;
    this.ratio = width / height;
    this.frame.style.setProperty("--ratio", String(this.ratio));
    this.zoom.fit(this.ratio);
  }

  /** Shows the cartoon over the photo; null takes it away. */
  showCartoon(pixels) {
    this.element.classList.toggle("has-cartoon", pixels !== null);
    if (pixels) this.#paint(this.after, pixels);
    this.#cut();
  }

  /** Draws the cartoon over the photo from side to side, and leaves it whole. */
  async unveil() {
    const mine = (this.unveiling = {});
    this.element.classList.add("is-unveiling");
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const begun = performance.now();
    for (let share = isStill ? 1 : 0; ; ) {
      this.divider.value = String(100 * (1 - share) ** 2);
      this.#cut();
      if (share >= 1) return this.#stopUnveiling();
      await new Promise(requestAnimationFrame);
      if (this.unveiling !== mine) return; // the divider is in the visitor's hand
      share = Math.min(1, (performance.now() - begun) / REVEAL);
    }
  }

  /** Shows the photo alone for as long as it is held. */
  peek(isPeeking) {
    if (isPeeking) this.onPeek();
    this.element.classList.toggle("is-peeking", isPeeking);
    this.#cut();
  }

  /** A frame of another ratio than the picture's, for cutting it; the picture's without. */
  frameAs(ratio = this.ratio) {
    this.frame.style.setProperty("--ratio", String(ratio));
    this.zoom.fit(this.ratio, ratio);
  }

  /** Brings the picture into view, for who chose it further down the page. */
  reveal() {
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** A blend needs no drawing: the cartoon becomes translucent. */
  set strength(share) {
    this.after.style.opacity = String(share);
    this.element.classList.toggle("is-full", share === 1);
  }

  set isBusy(busy) {
    this.element.classList.toggle("is-busy", busy);
    this.element.setAttribute("aria-busy", String(busy));
  }

  set isLive(live) {
    this.element.classList.toggle("is-live", live);
    this.zoom.reset();
    this.#stopUnveiling();
    this.divider.value = "0";
    this.#cut();
  }

  describe(before, after) {
    this.before.setAttribute("aria-label", before);
    this.after.setAttribute("aria-label", after);
    this.#measure();
  }

  #paint(canvas, pixels) {
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
      canvas.width = pixels.width;
      canvas.height = pixels.height;
    }
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  #place(zoom) {
    const { left, top, wide, tall } = zoom.place;
    for (const [name, share] of Object.entries({ left, top, wide, tall })) {
      this.frame.style.setProperty(`--${name}`, `${share * 100}%`);
    }
    this.element.classList.toggle("is-zoomed", !zoom.isWhole);
  }

  #cutByHand() {
    this.#stopUnveiling();
    this.#cut();
  }

  #stopUnveiling() {
    this.unveiling = null;
    this.element.classList.remove("is-unveiling");
  }

  /** Once, and not for every step of the divider. */
  #measure() {
    this.width = this.frame.clientWidth;
    this.widths = this.tags.map((tag) => tag.offsetWidth);
    this.#cut();
  }

  /** A label is told where its side has room for it. */
  #cut() {
    const percent = Number(this.divider.value);
    this.frame.style.setProperty("--cut", `${percent}%`);
    const { width, widths } = this;
    const at = (width * percent) / 100;
    this.frame.style.setProperty("--at", `${at}px`);
    this.frame.style.setProperty("--room", `${width - at}px`);
    this.frame.classList.toggle("is-at-edge", percent === 0);
    const isPeeking = this.element.classList.contains("is-peeking");
    const left = isPeeking ? width : at;
    const rooms = [left, left === 0 ? 0 : width - left];
    this.tags.forEach((tag, i) => {
      tag.classList.toggle("has-room", rooms[i] >= widths[i] + ROOM);
    });
  }

  /** Only the handle moves the divider: a finger elsewhere may be scrolling the page. */
  #listenToHandle() {
    let isHeld = false;
    this.handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      isHeld = true;
      this.handle.setPointerCapture(event.pointerId);
      event.preventDefault();
    });
    this.handle.addEventListener("pointermove", (event) => {
      if (!isHeld) return;
      const box = this.frame.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width) * 100;
      this.divider.value = String(Math.min(100, Math.max(0, share)));
      this.#cutByHand();
    });
    for (const end of ["pointerup", "pointercancel"]) {
      this.handle.addEventListener(end, () => (isHeld = false));
    }
  }
}
