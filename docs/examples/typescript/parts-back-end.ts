/**
 * The five routes of a back end that signs parts, for `s3Parts`: those of the Next.js app and of python_backend.py.
 *
 * Knows: the routes and their JSON. Yours may be others: write functions of these types then.
 * Rules: what names an upload is a token that the back end has signed, so it can be remembered in the browser.
 */

import { UploadFailure } from "./upload-client.ts";
import { NoSuchUpload, type ListedPart, type S3BackEnd } from "./upload-in-parts.ts";

/** What the back end refuses now and may do later. */
const LATER = [429, 500, 502, 503, 504];

/** The object that was made. */
export interface MadeObject {
  key: string;
  size: number;
  etag: string;
}

/** `base` is the routes' beginning, such as "/api/parts"; `ask` is fetch unless said. */
export function partsBackEnd(base: string, ask: typeof fetch = fetch): S3BackEnd<string, MadeObject> {
  const post = async <Answer>(route: string, asked: object, signal: AbortSignal | null = null): Promise<Answer> => {
    const headers = { "Content-Type": "application/json" };
    const response = await ask(`${base}/${route}`, { method: "POST", headers, body: JSON.stringify(asked), signal });
    if (response.ok) return response.json();
    throw await refusal(response);
  };
  return {
    create: async (file, signal) => (await post<{ upload: string }>("create", file, signal)).upload,
    sign: async (upload, part, signal) =>
      (await post<{ uploadUrl: string }>("sign", { upload, ...part }, signal)).uploadUrl,
    list: async (upload, signal) => (await post<{ parts: ListedPart[] }>("list", { upload }, signal)).parts,
    complete: (upload, parts, signal) => {
      const named = parts.map(({ number, etag }) => ({ number, etag }));
      return post("complete", { upload, parts: named }, signal);
    },
    abort: (upload) => post("abort", { upload }),
  };
}

async function refusal(response: Response): Promise<Error> {
  const { status } = response;
  const said = (await response.json().catch(() => null)) as { code?: string } | null;
  if (said?.code === "no_such_upload") return new NoSuchUpload();
  const detail = `The back end answered ${status}${said?.code ? ` (${said.code})` : ""}.`;
  const retryable = LATER.includes(status);
  return new UploadFailure({ code: "back_end_refused", detail, fault: "client", retryable, status });
}
