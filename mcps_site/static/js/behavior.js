// Starts what an element asks for by data-behavior="name other-name", also in parts that htmx
// brings later. Without scripts every page still works by links and forms.

const starters = new Map();
const started = new WeakMap();

export function behavior(name, start) {
  starters.set(name, start);
  if (document.readyState !== "loading") startUnder(document);
}

export function startUnder(root) {
  const found = [...root.querySelectorAll("[data-behavior]")];
  if (root instanceof Element && root.matches("[data-behavior]")) found.unshift(root);
  for (const element of found) startOne(element);
}

function startOne(element) {
  const done = started.get(element) ?? new Set();
  started.set(element, done);
  for (const name of element.dataset.behavior.split(/\s+/)) {
    const start = starters.get(name);
    if (start && !done.has(name)) {
      done.add(name);
      start(element);
    }
  }
}

document.addEventListener("DOMContentLoaded", () => startUnder(document));
document.addEventListener("htmx:load", (event) => startUnder(event.detail.elt));

export function isTyping(event) {
  return event.target.closest?.("input, select, textarea, [contenteditable]") !== null;
}
