// Several photos at once: a strip to choose from. Of each only its file is held.

/** The photos that were opened together. */
export class Album {
  /**
   * @param {HTMLElement} element
   * @param {function} onChoose Gets a file.
   */
  constructor(element, onChoose) {
    Object.assign(this, { element, onChoose, files: [] });
    this.urls = [];
  }

  /** Takes the place of the photos before; of one photo no strip is shown. */
  fill(files) {
    for (const url of this.urls) URL.revokeObjectURL(url);
    this.files = files;
    this.urls = files.length > 1 ? files.map((file) => URL.createObjectURL(file)) : [];
    this.element.hidden = files.length < 2;
    this.element.replaceChildren(...this.urls.map((url, i) => this.#make(url, i)));
    this.mark(files[0]);
  }

  /** Shows which of them is on the stage. */
  mark(file) {
    this.current = file;
    [...this.element.children].forEach((button, i) => {
      button.ariaCurrent = String(this.files[i] === file);
    });
  }

  #make(url, i) {
    const button = document.createElement("button");
    button.type = "button";
    const { name } = this.files[i];
    button.ariaLabel = button.title = `${i + 1}. ${name}`;
    const picture = Object.assign(new Image(), { src: url, alt: "", loading: "lazy" });
    picture.onerror = () => (button.textContent = String(i + 1)); // no photo, it will be told
    button.append(picture);
    button.onclick = () => this.onChoose(this.files[i]);
    return button;
  }
}
