"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const names = [data.photo, ...data.contestants];

function fill(select, entries) {
  for (const [value, text] of entries) select.add(new Option(text, value));
}
function number(value) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}
function picture(photo, name) {
  return (data.pictures[photo] || {})[name];
}

// ------------------------------------------------------------ the slider
const left = by("left"), right = by("right"), photo = by("photo"), cut = by("cut");
fill(left, names.map((name) => [name, name]));
fill(right, names.map((name) => [name, name]));
fill(photo, Object.keys(data.pictures).map((key) => [key, key]));
left.value = data.photo;
right.value = data.contestants[0] || data.photo;

function measured(name) {
  const row = (data.values[photo.value] || {})[name] || {};
  return Object.entries(row).map(([key, value]) => {
    const measure = data.measures[key] || { title: key, unit: "" };
    const item = document.createElement("span");
    const bold = document.createElement("b");
    bold.textContent = number(value) + (measure.unit ? ` ${measure.unit}` : "");
    item.append(`${measure.title} `, bold);
    return item;
  });
}
function compare() {
  const rest = [picture(photo.value, right.value), picture(photo.value, data.photo)];
  by("over").src = picture(photo.value, left.value) || rest[1] || "";
  by("under").src = rest[0] || rest[1] || "";
  by("over").alt = `${photo.value}: ${left.value}`;
  by("under").alt = `${photo.value}: ${right.value}`;
  by("left-name").textContent = `← ${left.value}`;
  by("right-name").textContent = `${right.value} →`;
  const shown = right.value === data.photo ? left.value : right.value;
  const who = document.createElement("span");
  who.textContent = `${shown}, this photo:`;
  by("values").replaceChildren(who, ...measured(shown));
}
function slide() {
  cut.parentElement.style.setProperty("--cut", `${cut.value}%`);
}
function step(by) {
  const count = photo.options.length;
  photo.selectedIndex = (photo.selectedIndex + by + count) % count;
  compare();
}
for (const select of [left, right, photo]) select.addEventListener("change", compare);
cut.addEventListener("input", slide);
by("previous").addEventListener("click", () => step(-1));
by("next").addEventListener("click", () => step(1));
function show(key, name) {
  photo.value = key;
  left.value = data.photo;
  if (name !== data.photo) right.value = name;
  compare();
  by("compare").scrollIntoView();
  cut.focus({ preventScroll: true });
}

// ------------------------------------------------------------ tables that sort
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => head.firstChild.addEventListener("click", () => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const value = (row) => {
      const cell = row.cells[column];
      if (column && cell.classList.contains("none")) return null;
      return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent;
    };
    const rows = [...table.tBodies[0].rows].sort((one, other) => {
      const [a, b] = [value(one), value(other)];
      if (a === null || b === null) return (a === null) - (b === null);
      const order = typeof a === "number" ? a - b : a.localeCompare(b);
      return up ? order : -order;
    });
    table.tBodies[0].append(...rows);
  }));
}

// ------------------------------------------------------------ worst and best
function button(key, name) {
  const made = document.createElement("button");
  made.type = "button";
  const img = document.createElement("img");
  img.src = picture(key, name) || "";
  img.alt = `${key}: ${name}`;
  img.decoding = "async";
  made.append(img);
  made.addEventListener("click", () => show(key, name));
  return made;
}
const whose = by("whose"), measure = by("by");
fill(whose, data.contestants.map((name) => [name, name]));
function offer() {
  const before = measure.value;
  measure.replaceChildren();
  const known = Object.keys(data.extremes[whose.value] || {});
  fill(measure, known.map((key) => [key, data.measures[key].title]));
  if (known.includes(before)) measure.value = before;
  rank();
}
function rank() {
  const found = (data.extremes[whose.value] || {})[measure.value] || { worst: [], best: [] };
  for (const end of ["worst", "best"]) {
    by(end).replaceChildren(...found[end].map((key) => {
      const figure = document.createElement("figure");
      const two = document.createElement("div");
      two.className = "two";
      two.append(button(key, data.photo), button(key, whose.value));
      const caption = document.createElement("figcaption");
      const value = data.values[key][whose.value][measure.value];
      caption.textContent = `${number(value)} · ${key}`;
      figure.append(two, caption);
      return figure;
    }));
  }
}
whose.addEventListener("change", offer);
measure.addEventListener("change", rank);

// ------------------------------------------------------------ the contact sheet
const head = document.createElement("tr");
for (const name of names) {
  const cell = document.createElement("th");
  cell.scope = "col";
  cell.textContent = name;
  head.append(cell);
}
by("sheet-head").append(head);
by("sheet-body").append(...data.shown.map((key) => {
  const row = document.createElement("tr");
  for (const name of names) {
    const cell = row.insertCell();
    cell.append(button(key, name));
    if (name === data.photo) {
      const told = document.createElement("small");
      told.textContent = key;
      cell.append(told);
    }
  }
  return row;
}));

// ------------------------------------------------------------ light and dark
by("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

if (photo.options.length) compare();
slide();
if (data.contestants.length) offer();
