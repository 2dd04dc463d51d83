// The styles' cards: the visitor's own photo in each style, drawn small when nothing
// else is to be done.

import { isKept, isMetered } from "./offline.js";
import { styleName } from "./strings.js";

const CARD = 128; // pixels: the long side of a card's drawing, as models.mjs says
const LONGEST = 2; // times as long as wide: of a longer photo a card shows a part

/** The list that a style is chosen from. */
export class Cards {
  /**
   * @param {HTMLElement} element
   * @param {function} onChoose Gets a style's name.
   */
  constructor(element, onChoose) {
    Object.assign(this, { element, onChoose });
    this.pictures = new Map(); // style -> canvas
    this.numbers = new WeakMap(); // photo -> a number of its own
    this.count = 0;
  }

  /** Writes the cards, also again, the language having changed. */
  list(styles, chosen) {
    this.element.replaceChildren(...styles.map((style) => this.#make(style, chosen)));
  }

  #make({ name }, chosen) {
    const card = document.createElement("label");
    card.className = "card";
    card.dataset.style = name;
    const radio = Object.assign(document.createElement("input"), {
      type: "radio", name: "style", value: name, checked: name === chosen,
    });
    radio.onchange = () => this.onChoose(name);
    const text = document.createElement("span");
    text.textContent = styleName(name);
    if (!this.pictures.has(name)) {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { className: "preview", width: 4, height: 3 });
      this.pictures.set(name, canvas);
    }
    card.append(radio, this.pictures.get(name), text);
    return card;
  }

  /** Where nothing was drawn yet, a picture that the build brings: the camera draws no cards. */
  async fill(styles) {
    for (const { name, preview } of styles) {
      const canvas = this.pictures.get(name);
      if (!preview || canvas.dataset.of) continue;
      await showFile(canvas, preview).catch(() => {}); // no network: the name must do
    }
  }

  /** The cards are of a photo before. */
  age() {
    for (const canvas of this.pictures.values()) {
      canvas.classList.toggle("is-old", Boolean(canvas.dataset.of));
    }
  }

  /**
   * Draws a photo's cards one by one, in idle moments.
   *
   * @param {Cartoonizer} cartoonizer
   * @param {Photo} photo
   * @param {object} choice
   * @param {string} choice.style The one in use, whose model is there anyway.
   * @param {string} choice.color
   * @param {function} choice.isWanted Whether nothing else is to be done.
   */
  async draw(cartoonizer, photo, { style, color, isWanted }) {
    const of = `${this.#number(photo)} ${color}`;
    let small = null;
    for (const { name, models, preview } of cartoonizer.table.styles) {
      const canvas = this.pictures.get(name);
      const canBeDrawn = models.some(({ shapes }) => shapes?.sizes.includes(CARD));
      if (canvas.dataset.of === of) {
        canvas.classList.remove("is-old");
        continue;
      }
      // On mobile data the other styles' weights are not fetched for this.
      const isFree = !isMetered() || name === style || (await isKept(models[0].url));
      await idle();
      if (!isWanted()) return;
      try {
        if (!canBeDrawn || !isFree) {
          if (preview) await showFile(canvas, preview);
          continue;
        }
        small ??= shrinkForCard(photo.pixels);
        const choice = { style: name, size: CARD, color, faces: false };
        const cartoon = await cartoonizer.draw(small, choice);
        if (!isWanted()) return;
        Object.assign(canvas, { width: cartoon.width, height: cartoon.height });
        canvas.getContext("2d").putImageData(cartoon, 0, 0);
        canvas.dataset.of = of;
        canvas.classList.remove("is-old");
      } catch (error) {
        console.warn(`${name} has no card: ${error.message}`);
      }
    }
  }

  #number(photo) {
    if (!this.numbers.has(photo)) this.numbers.set(photo, ++this.count);
    return this.numbers.get(photo);
  }
}

function idle() {
  return new Promise((done) =>
    self.requestIdleCallback ? requestIdleCallback(done, { timeout: 2000 }) : setTimeout(done, 100),
  );
}

async function showFile(canvas, url) {
  const picture = new Image();
  picture.src = url;
  await picture.decode();
  delete canvas.dataset.of;
  canvas.classList.remove("is-old");
  Object.assign(canvas, { width: picture.naturalWidth, height: picture.naturalHeight });
  canvas.getContext("2d").drawImage(picture, 0, 0);
}

/** A photo as small as a card's drawing is; of a very long one its middle, of a very tall
 * one where the card looks. */
function shrinkForCard(photo) {
  const { width, height } = photo;
  const source = Object.assign(document.createElement("canvas"), { width, height });
  source.getContext("2d").putImageData(photo, 0, 0);
  const [across, down] = [Math.min(width, LONGEST * height), Math.min(height, LONGEST * width)];
  const ratio = Math.min(1, CARD / Math.max(across, down));
  const [wide, tall] = [across, down].map((side) => Math.max(1, Math.round(side * ratio)));
  const small = Object.assign(document.createElement("canvas"), { width: wide, height: tall });
  const context = small.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const [left, top] = [(width - across) / 2, (height - down) * 0.2];
  context.drawImage(source, left, top, across, down, 0, 0, wide, tall);
  return context.getImageData(0, 0, wide, tall);
}
