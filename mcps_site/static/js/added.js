// After a button that adds a field, the new field has the focus: nobody has to walk there. The form
// comes anew from the server, so the names it had are kept until then.
import { behavior } from "./behavior.js";

let before = null;

behavior("focus-added", (form) => {
  const fields = [...form.elements].filter((field) => field.name && field.type !== "hidden");
  const added = before ? fields.filter((field) => !before.has(field.name)) : [];
  before = null;
  (added.find((field) => field.matches("input")) ?? added[0])?.focus();
  form.addEventListener("htmx:beforeRequest", (event) => {
    const button = event.detail.requestConfig.triggeringEvent?.submitter;
    const names = fields.map((field) => field.name);
    before = button?.value.startsWith("add:") ? new Set(names) : null;
  });
});
