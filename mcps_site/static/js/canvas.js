// The builder's canvas: arrows walk from step to step, Delete removes the chosen one, Ctrl Z
// undoes, and the canvas keeps its place while htmx swaps it. Without this the list, links and
// forms do all of it.
import { isTyping } from "./behavior.js";

const kept = new WeakSet();
const place = { left: null, top: 0 };

function flow() {
  return document.getElementById("flow");
}

function keepPlace() {
  const box = flow();
  if (!box || kept.has(box)) return;
  kept.add(box);
  if (place.left === null) {
    box.scrollLeft = (box.scrollWidth - box.clientWidth) / 2;
  } else {
    box.scrollLeft = place.left;
    box.scrollTop = place.top;
  }
  box.addEventListener("scroll", () => {
    place.left = box.scrollLeft;
    place.top = box.scrollTop;
  });
}

function step(node, key) {
  if (key === "ArrowUp") return document.getElementById(`n-${node.dataset.above}`);
  if (key === "ArrowDown") return document.getElementById(`n-${node.dataset.below}`);
  const row = [...document.querySelectorAll(`.graph__node[data-rank="${node.dataset.rank}"]`)];
  row.sort((a, b) => a.dataset.x - b.dataset.x);
  return row[row.indexOf(node) + (key === "ArrowLeft" ? -1 : 1)];
}

function onKey(event) {
  const node = event.target.closest?.(".graph__node");
  if (node && event.key.startsWith("Arrow")) {
    const next = step(node, event.key);
    if (next) next.focus();
    event.preventDefault();
  } else if (node && event.key === "Delete") {
    const form = document.getElementById("remove-form");
    if (form && node.getAttribute("aria-current") === "true") {
      form.querySelector("button").click();
    } else {
      node.click();
    }
  } else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !isTyping(event)) {
    document.getElementById(event.shiftKey ? "redo" : "undo")?.click();
    event.preventDefault();
  }
}

keepPlace();
document.addEventListener("keydown", onKey);
document.addEventListener("htmx:afterSwap", keepPlace);
