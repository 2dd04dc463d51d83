// The stage: photo and cartoon one over the other, and the divider between them.

/** What the visitor looks at. */
export class Stage {
  constructor(element) {
    this.element = element;
    this.frame = element.querySelector("#frame");
    this.before = element.querySelector("#before");
    this.after = element.querySelector("#after");
    this.divider = element.querySelector("#divider");
    this.divider.addEventListener("input", () => this.#cut());
    this.#listen();
    this.#cut();
  }

  /** Shows a photo, or only its size changes for a camera's next picture. */
  showPhoto(pixels) {
    this.#paint(this.before, pixels);
    const { width, height } = pixels;
    this.frame.style.setProperty("--ratio", String(width / height));
  }

  /** Shows the cartoon over the photo; null takes it away. */
  showCartoon(pixels) {
    this.element.classList.toggle("has-cartoon", pixels !== null);
    if (pixels) this.#paint(this.after, pixels);
  }

  /** Brings the picture into view, for who chose it further down the page. */
  reveal() {
    this.element.scrollIntoView({ block: "nearest" });
  }

  /** A blend needs no drawing: the cartoon becomes translucent. */
  set strength(share) {
    this.after.style.opacity = String(share);
  }

  set isBusy(busy) {
    this.element.classList.toggle("is-busy", busy);
    this.element.setAttribute("aria-busy", String(busy));
  }

  set isLive(live) {
    this.element.classList.toggle("is-live", live);
  }

  describe(before, after) {
    this.before.setAttribute("aria-label", before);
    this.after.setAttribute("aria-label", after);
  }

  #paint(canvas, pixels) {
    if (canvas.width !== pixels.width || canvas.height !== pixels.height) {
      canvas.width = pixels.width;
      canvas.height = pixels.height;
    }
    canvas.getContext("2d").putImageData(pixels, 0, 0);
  }

  #cut() {
    this.frame.style.setProperty("--cut", `${this.divider.value}%`);
  }

  /** Anywhere on the picture moves the divider; up and down still scrolls the page. */
  #listen() {
    let held = false;
    const move = (event) => {
      const box = this.frame.getBoundingClientRect();
      const share = ((event.clientX - box.left) / box.width) * 100;
      this.divider.value = String(Math.min(100, Math.max(0, share)));
      this.#cut();
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (event.button || event.target.closest("button")) return;
      held = true;
      this.frame.setPointerCapture(event.pointerId);
      move(event);
    });
    this.frame.addEventListener("pointermove", (event) => held && move(event));
    for (const end of ["pointerup", "pointercancel"]) {
      this.frame.addEventListener(end, () => (held = false));
    }
  }
}
