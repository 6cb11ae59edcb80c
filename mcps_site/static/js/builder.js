// The builder saves while staff go on. Whatever they type or press before the answer is there holds:
// text moves over into the fields that replace theirs, and is saved; a press goes to the control that
// stands where it was meant. Requests follow one another. Without this every form has its button.

const unsent = new Map(); // what was typed and has not left yet, by step and field
let sending = null; // who asks the server now
let pressed = null; // a control under the finger
let waiting = null; // what was asked for meanwhile: a control that was pressed

function keyOf(field) {
  if (!field?.id || !field.form?.matches("#panel form[hx-trigger*=change]")) return null;
  return `${field.form.elements.namedItem("node")?.value ?? ""} ${field.id}`;
}

function keyed() {
  return [...document.querySelectorAll("#panel :is(input, select, textarea)")].filter((field) => unsent.has(keyOf(field)));
}

function now(control) {
  if (control.isConnected) return control;
  if (control.id) return document.getElementById(control.id);
  const address = control.getAttribute("href");
  return [...document.querySelectorAll("#workspace a[href]")].find((link) => link.getAttribute("href") === address);
}

function restore() {
  for (const field of keyed()) {
    const { value, checked } = unsent.get(keyOf(field));
    if (field.type === "checkbox" || field.type === "radio") field.checked = checked;
    else if (field.value !== value) field.value = value;
  }
}

function saveLeft() {
  for (const field of keyed()) {
    if (sending) return;
    if (field !== document.activeElement) field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function goOn() {
  saveLeft();
  if (sending || !waiting) return;
  const control = now(waiting);
  waiting = null;
  control?.click();
}

document.addEventListener("input", ({ target }) => {
  const key = keyOf(target);
  if (key) unsent.set(key, { value: target.value, checked: target.checked });
});
document.addEventListener("focusout", () => setTimeout(saveLeft));

document.addEventListener("pointerdown", ({ target }) => {
  pressed = target.closest("#workspace :is(a, button)");
});
document.addEventListener("pointerup", () => {
  if (pressed && !pressed.isConnected) now(pressed)?.click();
  pressed = null;
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, xhr, requestConfig } = event.detail;
  const cause = requestConfig.triggeringEvent;
  if (!cause || !elt.closest("#workspace")) return;
  if (!sending) {
    sending = xhr;
  } else {
    event.preventDefault();
    if (cause.type !== "change") waiting = cause.submitter ?? elt;
  }
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("#workspace a:not([hx-get])");
  if (!link || !sending) return;
  event.preventDefault();
  waiting = link;
});
document.addEventListener("htmx:beforeSend", ({ detail }) => {
  const form = detail.elt.form ?? detail.elt.closest("form");
  if (detail.requestConfig.verb !== "post" || !form) return;
  for (const field of form.elements) unsent.delete(keyOf(field));
});
document.addEventListener("htmx:afterSwap", restore);
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr !== sending) return;
  sending = null;
  setTimeout(goOn);
});
