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
/** Nobody can go on with it: storage has it no more, or it is of another visitor, such as one who was logged in before. */
const GONE = ["no_such_upload", "foreign_upload"];

type Kind = "string" | "object";

/** The object that was made. */
export interface MadeObject {
  key: string;
  size: number;
  etag: string;
}

/** `base` is the routes' beginning, such as "/api/parts"; `ask` is fetch unless said. */
export function partsBackEnd(base: string, ask: typeof fetch = fetch): S3BackEnd<string, MadeObject> {
  const post = async (route: string, asked: object, signal: AbortSignal | null = null): Promise<Answer> => {
    const headers = { "Content-Type": "application/json" };
    const response = await ask(`${base}/${route}`, { method: "POST", headers, body: JSON.stringify(asked), signal });
    const answer = parsed(await response.text());
    if (response.ok && answer) return answer;
    throw refusal(response, answer?.["code"]);
  };
  /** One member of the answer: a page to log in has none, and neither has another server. */
  const member = async (name: string, kind: Kind, ...question: Parameters<typeof post>): Promise<unknown> => {
    const value = (await post(...question))[name];
    if (typeof value === kind && value !== null) return value;
    throw new UploadFailure({ ...REFUSED, detail: `The back end answered without \`${name}\`.`, status: 200 });
  };
  return {
    create: async (file, signal) => (await member("upload", "string", "create", file, signal)) as string,
    sign: async (upload, part, signal) =>
      (await member("uploadUrl", "string", "sign", { upload, ...part }, signal)) as string,
    list: async (upload, signal) => (await member("parts", "object", "list", { upload }, signal)) as ListedPart[],
    complete: async (upload, parts, signal) => {
      const named = parts.map(({ number, etag }) => ({ number, etag }));
      return (await post("complete", { upload, parts: named }, signal)) as unknown as MadeObject;
    },
    abort: async (upload) => void (await post("abort", { upload })),
  };
}

type Answer = Record<string, unknown>;

const REFUSED = { code: "back_end_refused", fault: "client" } as const;

function refusal({ status, headers }: Response, code: unknown): Error {
  if (GONE.includes(String(code))) return new NoSuchUpload();
  const detail = `The back end answered ${status}${typeof code === "string" ? ` (${code})` : ", and no JSON of ours"}.`;
  const retryAfterSeconds = Number.parseInt(headers.get("Retry-After") ?? "", 10) || null;
  return new UploadFailure({ ...REFUSED, detail, retryable: LATER.includes(status), status, retryAfterSeconds });
}

function parsed(body: string): Answer | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === "object" ? (value as Answer) : null;
  } catch {
    return null;
  }
}
