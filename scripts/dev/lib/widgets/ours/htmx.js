import "htmx.org";
import { reason } from "./service.js";

// The service answers JSON, and htmx puts in what `text` says.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  ctx.text = ctx.response.raw.ok ? `Stored: ${JSON.parse(ctx.text).filename}` : reason(ctx.text);
});
