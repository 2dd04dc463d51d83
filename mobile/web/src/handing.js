// Handing the cartoons out: saved, copied, shared, and several as one file.

import {
  canCopy, canShare, copy, makeFile, save, share, usualType,
} from "./saving.js";
import { keep, recall, say } from "./strings.js";
import { complain, tell } from "./telling.js";
import { pack } from "./zips.js";

const $ = (id) => document.getElementById(id);
const CHOICES = ["format", "quality", "pixels"];
const SAID = 2000; // ms that a button says what it has done

/** The buttons of the result, and what is chosen for its file. */
export class Handing {
  /**
   * @param {object} page `present()` gives photo, cartoon, style and strength; `files()`
   *   all photos that were opened together; `draw(file)` gives photo and cartoon of one.
   */
  constructor(page) {
    this.page = page;
    this.isPacking = false;
    this.timers = {};
  }

  listen() {
    for (const id of CHOICES) {
      const kept = recall(id);
      if (kept) $(id).value = kept;
      if (!$(id).value) $(id).value = $(id).options?.[0].value; // of an earlier version
      $(id).oninput = () => {
        keep(id, $(id).value);
        this.update();
      };
    }
    this.update();
    $("save").onclick = () => this.#hand(save);
    $("save-all").onclick = () => (this.isPacking ? (this.isPacking = false) : this.#saveAll());
    $("share").hidden = !canShare();
    $("share").onclick = () => this.#hand(share);
    $("copy").hidden = !canCopy();
    $("copy").onclick = () => this.#copy();
  }

  /** Says what quality is chosen, where the format has any. */
  update() {
    $("quality-said").textContent = `${$("quality").value}%`;
    const photo = this.page.present()?.photo;
    const type = $("format").value || (photo ? usualType(photo) : "image/jpeg");
    $("quality").disabled = type === "image/png";
    $("save-all").hidden = this.page.files().length < 2;
  }

  get isReady() {
    return !$("save").disabled;
  }

  set isReady(is) {
    for (const id of ["save", "share", "copy"]) $(id).disabled = !is;
    this.update();
    $("save-all").disabled = !is && !this.isPacking;
  }

  /** The button says it as well: the line below the picture may be out of view. */
  #tell(id, key, line, values) {
    tell(line, values);
    const [button, words] = [$(id), $(id).querySelector("span")];
    const width = button.style.width || `${button.offsetWidth}px`; // nothing moves for it
    Object.assign(button.style, { width, flex: "none", paddingInline: 0 });
    words.textContent = say(key);
    clearTimeout(this.timers[id]);
    this.timers[id] = setTimeout(() => {
      words.textContent = say(words.dataset.text);
      button.removeAttribute("style");
    }, SAID);
  }

  #name(id, key) {
    const words = $(id).querySelector("span");
    words.dataset.text = key;
    words.textContent = say(key);
  }

  #choice({ style, strength }) {
    return {
      style, strength,
      type: $("format").value,
      quality: $("quality").value / 100,
      longest: Number($("pixels").value) || Infinity,
    };
  }

  async #hand(how) {
    try {
      const present = this.page.present();
      const file = await makeFile(present.photo, present.cartoon, this.#choice(present));
      if ((await how(file)) === false) return;
      if (how === share) this.#tell("share", "isShared", "shared");
      else this.#tell("save", "isSaved", "saved", { file: file.name });
    } catch (error) {
      complain("notSaved", { reason: error.message });
    }
  }

  async #copy() {
    try {
      const present = this.page.present();
      const choice = { ...this.#choice(present), type: "image/png" };
      await copy(makeFile(present.photo, present.cartoon, choice));
      this.#tell("copy", "isCopied", "copied");
    } catch (error) {
      complain("notCopied", { reason: error.message });
    }
  }

  /** All photos of the strip, drawn one by one, as one .zip. */
  async #saveAll() {
    const files = this.page.files();
    const made = [];
    const lost = [];
    const bar = $("progress");
    this.isPacking = true;
    this.#name("save-all", "cutAway"); // pressed again it ends
    try {
      for (const [i, file] of files.entries()) {
        tell("savingAll", { done: i + 1, all: files.length });
        Object.assign(bar, { hidden: false, value: i / files.length });
        try {
          const { photo, cartoon } = await this.page.draw(file);
          made.push(await makeFile(photo, cartoon, this.#choice(this.page.present())));
        } catch {
          lost.push(file.name);
        }
        if (!this.isPacking) return tell(null);
      }
      const zip = await pack(made, "cartoons.zip");
      save(zip);
      tell("saved", { file: zip.name });
      if (lost.length) complain("noPhoto", { name: lost.join(", ") });
    } catch (error) {
      complain("notSaved", { reason: error.message });
    } finally {
      bar.hidden = true;
      this.isPacking = false;
      this.#name("save-all", "saveAll");
      this.isReady = this.isReady;
    }
  }
}
