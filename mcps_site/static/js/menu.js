// Places a popover menu beside its button and moves in it by arrow keys. Without scripts the
// browser shows the menu in the middle of the page.
import { behavior } from "./behavior.js";

const GAP = 6;
const EDGE = 8;

behavior("menu", (menu) => {
  const opener = () => document.querySelector(`[popovertarget="${menu.id}"]`);
  menu.addEventListener("toggle", (event) => {
    if (event.newState !== "open") return;
    place(menu, opener());
    items(menu)[0]?.focus();
  });
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = items(menu);
    const next = all.indexOf(document.activeElement) + step;
    all[(next + all.length) % all.length]?.focus();
  });
  menu.addEventListener("click", (event) => {
    if (event.target.closest("a, button:not([type=submit])")) menu.hidePopover();
  });
  addEventListener("scroll", () => menu.matches(":popover-open") && place(menu, opener()), true);
});

function items(menu) {
  return [...menu.querySelectorAll("a[href], button:not(:disabled), input:not([type=hidden])")];
}

function place(menu, opener) {
  if (!opener) return;
  menu.dataset.placed = "";
  const from = opener.getBoundingClientRect();
  const width = menu.offsetWidth;
  const height = menu.offsetHeight;
  const room = innerWidth - EDGE;
  const left = from.left + width > room ? from.right - width : from.left;
  const below = from.bottom + GAP;
  const top = below + height > innerHeight - EDGE ? from.top - GAP - height : below;
  menu.style.left = `${Math.max(EDGE, left)}px`;
  menu.style.top = `${Math.max(EDGE, top)}px`;
}
