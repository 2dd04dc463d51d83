// Where a picture lies in its frame: enlarged, moved about, and always covering it.

const MOST = 8; // times

/** How a frame looks at its picture. */
export class Zoom {
  /** @param {function} onChange Is told of every change. */
  constructor(onChange = () => {}) {
    this.onChange = onChange;
    this.ratios = { picture: 1, frame: 1 };
    this.reset();
  }

  /** Takes the ratios of width to height; the frame's is the picture's if not given. */
  fit(picture, frame = picture) {
    if (picture === this.ratios.picture && frame === this.ratios.frame) return;
    this.ratios = { picture, frame };
    this.reset();
  }

  /** The picture's size and its left top corner, in sizes of the frame. */
  get place() {
    const { picture, frame } = this.ratios;
    const wide = Math.max(1, picture / frame) * this.scale;
    const tall = Math.max(1, frame / picture) * this.scale;
    return { left: this.left, top: this.top, wide, tall };
  }

  /** What of the picture is seen: its left, top, width and height, in shares of it. */
  get seen() {
    const { left, top, wide, tall } = this.place;
    return { left: -left / wide, top: -top / tall, width: 1 / wide, height: 1 / tall };
  }

  get isWhole() {
    return this.scale === 1;
  }

  reset() {
    this.scale = 1;
    const { wide, tall } = this.place;
    this.left = (1 - wide) / 2;
    this.top = (1 - tall) / 2;
    this.onChange(this);
  }

  /** Enlarges about a point of the frame that stays where it is, in shares of it. */
  to(scale, x = 0.5, y = 0.5) {
    const wanted = Math.min(MOST, Math.max(1, scale));
    const times = wanted / this.scale;
    this.scale = wanted;
    this.left = x - (x - this.left) * times;
    this.top = y - (y - this.top) * times;
    this.move(0, 0);
  }

  /** Moves the picture by shares of the frame, no further than its borders. */
  move(right, down) {
    const { wide, tall } = this.place;
    this.left = Math.min(0, Math.max(1 - wide, this.left + right));
    this.top = Math.min(0, Math.max(1 - tall, this.top + down));
    this.onChange(this);
  }
}
