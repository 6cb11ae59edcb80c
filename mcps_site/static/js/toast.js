// Short messages. They stay while the pointer or the focus is on them; errors stay until closed.
// A server's answer shows one by HX-Trigger: {"toast": {"text": "Saved.", "tone": "success"}}.
// Without scripts messages of the page before are shown all the same and stay.
import { behavior } from "./behavior.js";

const SHOWN_MS = 8000;

behavior("toast", (toast) => {
  let timer;
  const start = () => {
    if (!toast.classList.contains("toast--error")) timer = setTimeout(() => toast.remove(), SHOWN_MS);
  };
  const stop = () => clearTimeout(timer);
  toast.addEventListener("pointerenter", stop);
  toast.addEventListener("focusin", stop);
  toast.addEventListener("pointerleave", start);
  toast.addEventListener("focusout", start);
  toast.querySelector(".toast__close").addEventListener("click", () => toast.remove());
  if (toast.closest(".toasts")) start();
});

behavior("toasts", () => {
  document.body.addEventListener("toast", (event) => show(event.detail));
});

document.addEventListener("htmx:responseError", (event) => {
  const status = event.detail.xhr.status;
  const text =
    status === 403
      ? "Your role does not allow this. Ask an admin, or log in again."
      : `The server could not do this (error ${status}). Nothing was changed; try again in a moment.`;
  show({ text, tone: "error" });
});

document.addEventListener("htmx:sendError", () => {
  show({ text: "The server cannot be reached. Check the connection and try again.", tone: "error" });
});

export function show({ text, tone = "success" }) {
  const copy = document.getElementById("toast-template").content.cloneNode(true);
  const toast = copy.querySelector(".toast");
  toast.classList.replace("toast--success", `toast--${tone}`);
  toast.querySelector(".toast__text").textContent = text;
  document.getElementById("toasts").append(copy);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: toast } }));
}
