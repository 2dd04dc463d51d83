// Turning and cutting the photo. What is cut is what the frame shows: the photo is
// enlarged and moved below it, as on phones.

import { say } from "./strings.js";

const $ = (id) => document.getElementById(id);
const STEP = 0.05; // of the frame, by an arrow key
const TIMES = 1.25; // by a key or a button

/** The tools below the picture. */
export class Editing {
  /**
   * @param {Stage} stage
   * @param {object} page `photo()` gives the present one; `onPhoto` takes the next.
   */
  constructor(stage, page) {
    Object.assign(this, { stage, page });
    this.isCutting = false;
  }

  listen() {
    const { stage, page } = this;
    $("turn").onclick = () => page.onPhoto(page.photo().turned());
    $("undo").onclick = () => page.onPhoto(page.photo().whole);
    $("cut").onclick = () => this.#begin();
    $("cut-ratio").onchange = () => this.#frame();
    $("cut-away").onclick = () => this.end();
    $("cut-done").onclick = () => {
      const { seen } = stage.zoom;
      this.end();
      const isAll = seen.width > 0.999 && seen.height > 0.999;
      if (!isAll) page.onPhoto(page.photo().cut(seen));
    };
    $("closer").onclick = () => stage.zoom.to(stage.zoom.scale * TIMES ** 2);
    $("fit").onclick = () => stage.zoom.reset();
    stage.frame.addEventListener("keydown", (event) => this.#press(event));
  }

  /** What there is to be done with the present photo. */
  update() {
    const photo = this.page.photo();
    for (const id of ["turn", "cut"]) $(id).disabled = !photo;
    $("undo").hidden = !photo?.whole;
  }

  end() {
    if (!this.isCutting) return;
    this.#set(false);
    this.stage.frameAs();
    $("cut").focus({ preventScroll: true });
  }

  #begin() {
    this.#set(true);
    $("cut-ratio").value = "";
    this.#frame();
    this.stage.frame.focus({ preventScroll: true });
  }

  #set(isCutting) {
    this.isCutting = isCutting;
    document.body.classList.toggle("is-cutting", isCutting);
    $("cut-bar").hidden = !isCutting;
    const { frame } = this.stage;
    if (isCutting) {
      frame.tabIndex = 0;
      frame.setAttribute("role", "group");
      frame.ariaLabel = say("cutting");
    } else {
      for (const name of ["tabindex", "role", "aria-label"]) frame.removeAttribute(name);
    }
  }

  #frame() {
    const [width, height] = $("cut-ratio").value.split(":").map(Number);
    this.stage.frameAs(height ? width / height : undefined);
    this.stage.zoom.reset();
  }

  #press(event) {
    const { zoom } = this.stage;
    if (!this.isCutting || event.target !== this.stage.frame) return;
    const moves = {
      ArrowLeft: () => zoom.move(STEP, 0),
      ArrowRight: () => zoom.move(-STEP, 0),
      ArrowUp: () => zoom.move(0, STEP),
      ArrowDown: () => zoom.move(0, -STEP),
      "+": () => zoom.to(zoom.scale * TIMES),
      "=": () => zoom.to(zoom.scale * TIMES),
      "-": () => zoom.to(zoom.scale / TIMES),
      Enter: () => $("cut-done").click(),
      Escape: () => this.end(),
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    moves[event.key]();
  }
}
