// What the pages below share.

export const SERVICE = "http://localhost:8000/upload-with-presigned";

/** A presigned URL for one file, from the page's own back end, which knows who asks; throws what to tell the person. */
export async function sign(file) {
  const type = file.type || "application/octet-stream"; // as the browser sends it
  const answer = await fetch("/api/presign", { method: "POST", body: JSON.stringify({ type }) });
  if (!answer.ok) throw new Error(`No URL to upload ${file.name} to: the back end answered ${answer.status}.`);
  const { uploadUrl } = await answer.json();
  if (file.size > 4e6) await ask({ uploadUrl, size: file.size, contentType: type });
  return uploadUrl;
}

/** Browsers hear no refusal while they send: of a large file the service is asked first. */
async function ask(fields) {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const answer = await fetch(new URL("/check", SERVICE), { method: "POST", body: form }).catch(() => null);
  if (!answer || [404, 405].includes(answer.status)) return; // a service without /check
  const said = await answer.json().catch(() => null);
  if (said?.success === false) throw new Error(said.detail);
}

/** What to tell a person about a failure: the service's own sentence, out of its answer as text or as an object. */
export function reason(answer) {
  try {
    const { detail } = typeof answer === "string" ? JSON.parse(answer) : answer;
    if (detail) return detail;
  } catch {
    // No answer, or a page of something in between.
  }
  return "The upload service cannot be reached.";
}
