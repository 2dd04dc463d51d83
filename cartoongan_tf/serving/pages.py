"""The pages of a server: a form of its own, and where the page of `mobile/web` lies."""

import html
import os
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "mobile" / "web" / "dist"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 46rem;
  padding: 1rem; color: #222; background: #fafafa }
h1 { font-size: 1.4rem } h2 { font-size: 1rem; margin-top: 2rem }
label { display: block; margin: .6rem 0 } label > span { display: inline-block;
  min-width: 8rem } input, select, button { font: inherit }
button { padding: .4rem 1.2rem } img { max-width: 100%; margin-top: 1rem }
th { text-align: left; vertical-align: top; padding-right: 1rem; font-weight: 600;
  white-space: nowrap }
pre { overflow-x: auto; background: #eee; padding: .6rem }
#told { min-height: 1.5em } .error { color: #a00 }
@media (prefers-color-scheme: dark) { body { color: #ddd; background: #1c1c1c }
  pre { background: #333 } a { color: #9cf } .error { color: #f99 } }
"""
_SCRIPT = """
const form = document.querySelector("form"), told = document.querySelector("#told");
const shown = document.querySelector("img"), link = document.querySelector("#save");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = form.photo.files[0];
  const query = new URLSearchParams();
  for (const name of ["strength", "color", "format"])
    if (form[name].value) query.set(name, form[name].value);
  const headers = { "content-type": file.type || "application/octet-stream" };
  if (form.key?.value) headers.authorization = `Bearer ${form.key.value}`;
  told.className = ""; told.textContent = "Drawing \\u2026";
  form.querySelector("button").disabled = true;
  try {
    const answer = await fetch(`v1/styles/${form.style_.value}?${query}`,
      { method: "POST", body: file, headers });
    if (!answer.ok) throw new Error((await answer.json()).error);
    const cartoon = await answer.blob();
    URL.revokeObjectURL(shown.src);
    shown.src = link.href = URL.createObjectURL(cartoon);
    const kind = cartoon.type.split("/")[1].replace("jpeg", "jpg");
    link.download = file.name.replace(/\\.[^.]*$/, "") + "_cartoon." + kind;
    shown.hidden = link.hidden = false;
    told.textContent = "";
  } catch (error) {
    told.className = "error"; told.textContent = error.message;
  }
  form.querySelector("button").disabled = false;
});
"""


def find(folder: str | os.PathLike | None = None) -> Path | None:
    """The folder of the web page that draws in the browser; None where it is not.

    Args:
        folder: Where `make web-build` wrote it; by default `mobile/web/dist` of a
            clone. A wheel has none.

    Raises:
        ValueError: When the folder that was named has no page.
    """
    home = HOME if folder is None else Path(folder)
    if (home / "index.html").is_file() and (home / "models.json").is_file():
        return home
    if folder is not None:
        raise ValueError(
            f"`--page` must be a folder that `make web-build` wrote. Received: {folder}"
        )
    return None


def frame(title: str, body: str, script: str = "") -> str:
    """A whole page that needs nothing from elsewhere.

    Args:
        title: Text.
        body: HTML.
        script: JavaScript.
    """
    script = f"<script>{script}</script>" if script else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        '<link rel="icon" href="data:,">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)}</h1>{body}{script}</html>\n"
    )


def form(styles: list[str], has_keys: bool) -> str:
    """A page that sends a photo to this server and shows the cartoon.

    Args:
        styles: Their names.
        has_keys: Whether to ask for an API key.
    """
    rows = [
        _label("Photo", '<input type="file" name="photo" accept="image/*" required>'),
        _label("Style", _select("style_", styles)),
        _label(
            "Strength",
            '<input type="range" name="strength" max="1" step="0.05" value="1">',
        ),
        _label("Colours", _select("color", ["auto", "style", "photo"])),
        _label("Format", _select("format", ["", "png", "jpg", "webp"], "the photo's")),
    ]
    if has_keys:
        key = '<input type="password" name="key" autocomplete="off" required>'
        rows.append(_label("API key", key))
    body = (
        "<p>The photo is sent to this server, drawn there, and not kept. "
        "<a href='docs'>For programs</a></p>"
        f"<form>{''.join(rows)}<button>Draw</button></form>"
        '<p id="told" role="status"></p>'
        '<img alt="The cartoon" hidden><p><a id="save" hidden>Save it</a></p>'
    )
    return frame("A photo as a cartoon", body, _SCRIPT)


def _label(text, field):
    return f"<label><span>{text}</span>{field}</label>"


def _select(name, values, empty=""):
    options = "".join(
        f'<option value="{html.escape(value)}">{html.escape(value or empty)}</option>'
        for value in values
    )
    return f'<select name="{name}">{options}</select>'
