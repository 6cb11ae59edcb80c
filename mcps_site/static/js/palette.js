// The command palette. Without scripts its button is a link to the search page.
import { behavior, isTyping } from "./behavior.js";

const selector = '[role="option"]:not([aria-disabled])';

behavior("palette-opener", (link) => {
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open();
  });
});

behavior("palette", (dialog) => {
  const input = dialog.querySelector("input");
  const list = dialog.querySelector('[role="listbox"]');

  dialog.addEventListener("mousedown", (event) => event.target === dialog && dialog.close());
  dialog.addEventListener("htmx:afterSwap", () => select(list.querySelector(selector)));
  input.addEventListener("keydown", (event) => {
    const options = [...list.querySelectorAll(selector)];
    const chosen = options.findIndex((option) => option.ariaSelected === "true");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && options.length) {
      event.preventDefault();
      select(options[(chosen + step + options.length) % options.length]);
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      options[chosen].click();
    }
  });

  function select(option) {
    list.querySelector('[aria-selected="true"]')?.setAttribute("aria-selected", "false");
    if (!option) return input.removeAttribute("aria-activedescendant");
    option.ariaSelected = "true";
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }
});

document.addEventListener("keydown", (event) => {
  const hotkey = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey);
  if (!hotkey && (event.key !== "/" || isTyping(event))) return;
  event.preventDefault();
  open();
});

function open() {
  const dialog = document.getElementById("palette");
  if (!dialog || dialog.open) return;
  dialog.showModal();
  const input = dialog.querySelector("input");
  input.value = "";
  input.focus();
  input.dispatchEvent(new CustomEvent("palette:open"));
}
