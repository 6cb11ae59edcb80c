// Changes the theme at once and keeps it by a request. Without scripts the form reloads the page.
import { behavior } from "./behavior.js";

behavior("theme", (form) => {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const chosen = event.submitter.value;
    document.documentElement.dataset.theme = chosen;
    for (const button of form.elements) {
      if (button.name === "theme") button.ariaPressed = String(button.value === chosen);
    }
    form.hidePopover();
    const body = new FormData(form, event.submitter);
    fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
  });
});
