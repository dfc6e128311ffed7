import { reason } from "./service.js";

// Without this the form works as well: the browser then shows the JSON of the answer.
document.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const said = form.querySelector("output");
  said.textContent = "Uploading";
  const answer = await fetch(form.action, { method: "POST", body: new FormData(form) }).catch(() => null);
  const text = (await answer?.text()) ?? "";
  said.textContent = answer?.ok ? `Stored: ${JSON.parse(text).filename}` : reason(text);
});
