// Dialogs and drawers. Openers are links or buttons; without scripts a link leads to the page that
// the dialog would show. A server's answer closes the dialog by the header HX-Trigger: dialog:close.
import { behavior } from "./behavior.js";

behavior("opener", (button) => {
  button.addEventListener("click", (event) => {
    const dialog = document.getElementById(button.dataset.opens);
    if (!dialog) return;
    event.preventDefault();
    dialog.showModal();
  });
});

behavior("dialog", closeOnBackdrop);

behavior("remote-dialog", (dialog) => {
  closeOnBackdrop(dialog);
  dialog.addEventListener("htmx:afterSwap", (event) => {
    if (!dialog.open && event.detail.target.childElementCount) dialog.showModal();
  });
  dialog.addEventListener("close", () => dialog.firstElementChild.replaceChildren());
  document.body.addEventListener("dialog:close", () => dialog.open && dialog.close());
});

function closeOnBackdrop(dialog) {
  dialog.addEventListener("mousedown", (event) => {
    if (event.target === dialog) dialog.close();
  });
}
