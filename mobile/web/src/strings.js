// What the page says in the language of the moment, and what it keeps of a visit.

import { STRINGS, STYLE_NAMES } from "./texts.js";

const KEY = "language";
let language = choose();

function choose() {
  const kept = recall(KEY);
  if (kept in STRINGS) return kept;
  const wanted = navigator.languages ?? [navigator.language ?? "en"];
  const known = wanted.map((tag) => tag.slice(0, 2)).find((tag) => tag in STRINGS);
  return known ?? "en";
}

/** What is kept between visits; nothing where the browser keeps nothing. */
export function recall(key) {
  try {
    return localStorage.getItem(key) ?? "";
  } catch {
    return "";
  }
}

/** Keeps a setting for the next visit, where the browser allows it. */
export function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // a private window: the setting lasts as long as the page
  }
}

/** A sentence in the present language, its {places} filled. */
export function say(key, values = {}) {
  return STRINGS[language][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

/** A style's name in the present language; an unknown one's as it is. */
export function styleName(style) {
  return STYLE_NAMES[style]?.[language] ?? style;
}

// What the engine's own messages, which are English, mean to a visitor.
const REASONS = [
  [/no GPU/, "whyNoGpu"],
  [/cannot run every part/, "whyPartly"],
  [/came out blank/, "whyBlank"],
  [/cannot be loaded|is not whole|fetch/i, "whyLoad"],
];

/** A reason in the present language where we know it, else as it was given. */
export function sayReason(message) {
  const known = REASONS.find(([pattern]) => pattern.test(message));
  return known ? say(known[1]) : message;
}

/** Writes all fixed texts into the page. */
export function translate() {
  document.documentElement.lang = language;
  document.title = say("name");
  for (const element of document.querySelectorAll("[data-text]")) {
    element.textContent = say(element.dataset.text);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute("aria-label", say(element.dataset.label));
    if (element.localName === "button") element.title = say(element.dataset.label);
  }
  const button = document.getElementById("language");
  button.textContent = say("other");
  button.lang = language === "en" ? "ko" : "en";
}

/** Changes to the other language. */
export function switchLanguage() {
  language = language === "en" ? "ko" : "en";
  keep(KEY, language);
}
