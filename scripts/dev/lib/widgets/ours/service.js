// What the pages below share.

export const SERVICE = "http://localhost:8000/upload-with-presigned";

/** A presigned URL for one file, from the page's own back end, which knows who asks. */
export async function sign(file) {
  const answer = await fetch("/api/presign", { method: "POST", body: JSON.stringify({ type: file.type }) });
  if (!answer.ok) throw new Error(`No URL to upload ${file.name} to: the back end answered ${answer.status}.`);
  return (await answer.json()).uploadUrl;
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
