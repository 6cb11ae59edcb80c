// Puts an element at data-x and data-y (pixels), because styles inside markup are forbidden.
import { behavior } from "./behavior.js";

behavior("place", (element) => {
  element.style.translate = `${element.dataset.x}px ${element.dataset.y}px`;
});
