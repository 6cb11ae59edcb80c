// Copies the text of another element. Without scripts the text can be selected by hand.
import { behavior } from "./behavior.js";
import { show } from "./toast.js";

behavior("copy", (button) => {
  button.addEventListener("click", async () => {
    const source = document.getElementById(button.dataset.copies);
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    show({ text: "Copied to the clipboard." });
  });
});
