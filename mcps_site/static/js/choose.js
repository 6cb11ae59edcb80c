// A box that ticks all boxes of its table. Without this file it stays hidden, and each is ticked by hand.

import { behavior } from "./behavior.js";

behavior("choose-all", (all) => {
  const boxes = [...all.closest("table").querySelectorAll("tbody input[type=checkbox]")];
  const follow = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    all.checked = ticked === boxes.length;
    all.indeterminate = ticked > 0 && !all.checked;
  };
  all.hidden = false;
  all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
  boxes.forEach((box) => box.addEventListener("change", follow));
  follow();
});
