// Reads a chart point by point, with the pointer or the arrow keys. The figures come from the
// chart's own data table, which is all there is without scripts.
import { behavior } from "./behavior.js";

behavior("chart", (area) => {
  const table = area.closest("figure").querySelector("table");
  const names = [...table.tHead.rows[0].cells].slice(1).map((cell) => cell.textContent);
  const rows = [...table.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent));
  if (!rows.length) return;
  const centered = area.dataset.centered === "true";
  const cursor = make("div", "plot__cursor");
  const tip = make("div", "plot__tip");
  let place = rows.length - 1;

  cursor.hidden = tip.hidden = true;
  area.append(cursor, tip);
  area.tabIndex = 0;
  area.role = "slider";
  area.ariaLabel = area.dataset.label;
  area.ariaValueMin = 0;
  area.ariaValueMax = rows.length - 1;
  speak();

  area.addEventListener("pointermove", (event) => {
    const box = area.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    const at = centered ? Math.floor(share * rows.length) : Math.round(share * (rows.length - 1));
    show(at);
  });
  area.addEventListener("pointerleave", hide);
  area.addEventListener("focus", () => area.matches(":focus-visible") && show(place));
  area.addEventListener("blur", hide);
  area.addEventListener("keydown", (event) => {
    const next = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: rows.length - 1 }[event.key];
    if (event.key === "Escape") hide();
    if (next === undefined) return;
    event.preventDefault();
    show(next);
  });

  function show(index) {
    place = Math.min(rows.length - 1, Math.max(0, index));
    cursor.hidden = tip.hidden = false;
    const [title, ...figures] = rows[place];
    tip.replaceChildren(make("p", "plot__tip-title", title));
    figures.forEach((figure, at) => {
      const row = make("p", "plot__tip-row");
      row.append(make("span", "", names[at]), make("b", "", figure));
      tip.append(row);
    });
    const share = centered
      ? (place + 0.5) / rows.length
      : rows.length > 1 ? place / (rows.length - 1) : 0.5;
    const x = share * area.clientWidth;
    cursor.style.translate = `${x}px`;
    const room = x + tip.offsetWidth + 12 < area.clientWidth;
    tip.style.translate = `${Math.max(0, room ? x + 12 : x - tip.offsetWidth - 12)}px`;
    speak();
  }

  function hide() {
    cursor.hidden = tip.hidden = true;
  }

  function speak() {
    const [title, ...figures] = rows[place];
    area.ariaValueNow = place;
    area.ariaValueText = `${title}: ${figures.map((figure, at) => `${names[at]} ${figure}`).join(", ")}`;
  }
});

function make(tag, css, text = "") {
  const element = document.createElement(tag);
  element.className = css;
  element.textContent = text;
  return element;
}
