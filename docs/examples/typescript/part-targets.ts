/**
 * Where else `uploadInParts` can send: the blocks of an Azure blob, and a resumable session of Google Cloud Storage.
 *
 * Knows: how each of them names, counts and ends its parts. All of it goes through the service, also the list that
 * makes a blob of the blocks.
 * Rules: a SAS is asked for anew and never remembered. A session's URL is remembered only if a function began it.
 */

import { UploadFailure, type Stored } from "./upload-client.ts";
import {
  NoSuchUpload,
  type FileFacts,
  type Part,
  type PartAddress,
  type PartTarget,
  type Way,
} from "./upload-in-parts.ts";

const MIB = 1024 ** 2;
const KIB_256 = 256 * 1024;

type Url = string | (() => string | Promise<string>);

/** Names this upload's blocks, so that those of another one for the same blob are none of them. */
export interface AzureUpload {
  prefix: string;
}

/**
 * The blocks of one blob. `sas` may write the blob, or is a function that fetches a SAS, for when one expires early.
 * Blocks that nobody makes a blob of are dropped by Azure after a week; there is no other way to drop them.
 */
export function azureBlocks(sas: Url): PartTarget<AzureUpload, Stored> {
  const idOf = ({ prefix }: AzureUpload, number: number) => btoa(prefix + String(number).padStart(6, "0"));
  return {
    kind: "azure",
    rules: { mostParts: 50_000, leastBytes: 1, mostBytes: 4000 * MIB, multipleOf: 1 },
    begin: async () => ({ prefix: randomWord() }),
    address: async (upload, { number }) => ({
      url: `${await given(sas)}&comp=block&blockid=${encodeURIComponent(idOf(upload, number))}`,
    }),
    etagOf: () => "", // blocks have none
    list: async () => null, // what a PUT cannot ask
    complete: async (upload, parts, file, way) => {
      const ids = parts.map(({ number }) => `<Latest>${idOf(upload, number)}</Latest>`);
      const url = `${await given(sas)}&comp=blocklist`;
      const headers = { "x-ms-blob-content-type": file.type || "application/octet-stream" };
      return way.send(new Blob(["<BlockList>", ...ids, "</BlockList>"]), { url, headers }).catch(blocksAreGone);
    },
    abandon: async () => {},
  };
}

/** Every list made here is in order, so what Azure refuses is a block that it no longer has. */
function blocksAreGone(error: unknown): never {
  throw error instanceof UploadFailure && error.code === "invalid_block_list" ? new NoSuchUpload() : error;
}

/** What an answer about a session says besides. */
interface SessionAnswer {
  complete?: boolean;
  received_bytes?: number;
}

/**
 * A resumable session, its pieces one after the other. `session` is its URL, or a function that has your back end
 * begin one. Then the URL is remembered, because nothing else names the session: who reads it may write this one object,
 * for a week. Google keeps the first bytes that came for each place and ignores others, so a file only begins in a
 * session that is empty.
 */
export function googleSession(session: Url): PartTarget<string | null, Stored> {
  let held: number | null = null; // how much the session has; null: it has to be asked
  const urlOf = (upload: string | null) => upload ?? given(session);
  return {
    kind: "google",
    rules: { mostParts: Infinity, leastBytes: KIB_256, mostBytes: Infinity, multipleOf: KIB_256, atOnce: 1 },
    begin: async (file, way) => {
      const upload = typeof session === "string" ? null : await session();
      held = heldBy(await askSession(await urlOf(upload), file, way));
      if (held > 0) throw inUse();
      return upload;
    },
    address: async (upload, part, file, way) => {
      const url = await urlOf(upload);
      const from = held ?? heldBy(await askSession(url, file, way));
      held = null; // until the answer comes
      return { url, ...restOf(part, from, file) };
    },
    etagOf: (stored, { end }) => {
      held = heldBy(stored);
      if (held >= end) return ""; // pieces have none
      throw sessionFailure("session_took_less", "The session took only the beginning of the piece.", true);
    },
    list: async (upload, plan, file, way) => {
      held = heldBy(await askSession(await urlOf(upload), file, way));
      const whole = plan.filter(({ end }) => end <= held!);
      return whole.map(({ number, start, end }) => ({ number, size: end - start, etag: "" }));
    },
    complete: async (upload, _, file, way) => {
      const stored = await askSession(await urlOf(upload), file, way);
      if (heldBy(stored) === Infinity) return stored;
      throw sessionFailure("session_incomplete", "The session does not say that it has the whole object.", true);
    },
    abandon: async () => {},
  };
}

function inUse(): UploadFailure {
  const detail = "The session holds bytes already, of another file or of a run that nobody remembers. Begin another.";
  return sessionFailure("session_in_use", detail, false);
}

function sessionFailure(code: string, detail: string, retryable: boolean): UploadFailure {
  return new UploadFailure({ code, detail, fault: "storage", retryable });
}

/** The bytes of a part that the session does not have. Of none left, it is the question what it has. */
function restOf({ start, end }: Part, held: number, { size }: FileFacts): Omit<PartAddress, "url"> {
  if (held < start) throw new NoSuchUpload(); // it has lost what it said it had
  const from = Math.min(held, end);
  const range = from < end ? `${from}-${end - 1}` : "*";
  return { headers: { "content-range": `bytes ${range}/${size}` }, from };
}

function askSession(url: string, { size }: FileFacts, way: Way): Promise<Stored> {
  return way.send(new Blob([]), { url, headers: { "content-range": `bytes */${size}` } });
}

function heldBy(stored: Stored): number {
  const { complete, received_bytes } = stored as SessionAnswer;
  return complete ? Infinity : (received_bytes ?? 0);
}

async function given(url: Url): Promise<string> {
  return typeof url === "string" ? url : url();
}

function randomWord(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
