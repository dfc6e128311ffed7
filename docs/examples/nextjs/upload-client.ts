/**
 * Sends a file to upload-service, together with the presigned URL that it goes to. No dependencies: copy this file.
 *
 * Knows: the form, the answers, when another try is safe, and that an upload may be refused before it is sent. Works in browsers by XMLHttpRequest, which shows how much is
 * sent, and in Node 20 or newer and in workers by fetch, which does not.
 * Rules: a try that may have stored the file is not repeated unless `allowTwice` says so. The presigned URL is a
 * secret, and stands in no error.
 */

/** S3 takes no more in one PUT. */
const MOST_BYTES = 5 * 1024 ** 3;
const LONGEST_PAUSE_SECONDS = 60;
const SMALL_BYTES = 1e6;
/** Of a larger file the service is asked first: no browser hears a refusal while it sends. */
const ASK_ABOVE_BYTES = 4_000_000;
const ASK_MS = 10_000;
/** How a service answers that has no /check. */
const NO_CHECK = [404, 405];
/** How a proxy answers when it does not reach the service, or waits for it no longer. */
const NONE_BEHIND = [502, 503, 504];
/** What a fresh URL mends. */
const STALE = ["url_expired", "credentials_expired", "grant_expired"];
/** Node's words for a request that never left. */
const NEVER_LEFT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];

/** What createPresignedPost, boto3's generate_presigned_post and Google's generateSignedPostPolicyV4 return. */
export interface SignedPost {
  url: string;
  fields: Record<string, string>;
}

/** Either of both, with the upload grant that your back end signed for it. */
export interface Granted {
  url: string;
  fields?: Record<string, string>;
  grant: string;
}

export type Presigned = string | SignedPost | Granted;

export interface UploadOptions {
  /** Where the service is, such as "https://upload.example.com". */
  serviceUrl: string;
  /**
   * A presigned PUT URL, or a presigned POST as signers return it, or either with its grant; or a function that fetches
   * one, which is called before each try, so that none is stale.
   */
  uploadUrl: Presigned | (() => Presigned | Promise<Presigned>);
  /** The form fields of a presigned POST, where `uploadUrl` is its URL alone. */
  fields?: Record<string, string>;
  /** What your back end signed for this URL, where the service asks for upload grants. */
  grant?: string;
  /** The headers that the URL is signed with, beside Content-Type. */
  headers?: Record<string, string>;
  /** The Content-Type for storage; else it is the file's own. */
  contentType?: string;
  /** The file's name in the answer; else it is the file's own. */
  name?: string;
  /** What the service asks for as `Authorization: Bearer`. In a page, everybody can read it. */
  token?: string;
  /** A larger file is refused before a byte is sent: set it to the UPLOAD_MAX_FILE_BYTES of the service. 5 GiB else. */
  maxBytes?: number;
  /** Tries of the way to the service after the first one, 3 unless said; 0 for none. */
  maxRetries?: number;
  /**
   * Whether to try again when all was sent and no answer came, or none that denies it, such as a 500 of storage. The
   * file may be stored then, so another try may store it twice. That is harmless when the URL leads to the same key and is signed without If-None-Match.
   */
  allowTwice?: boolean;
  /** How often the service repeats its PUT to storage, 0 to 10: the retry endpoint is used. Else the plain one. */
  storageRetries?: number;
  /** Puts uploadUrl behind the file in the form, as some callers always did: the file then waits in the service. */
  urlAfterFile?: boolean;
  /** The pause before the second try, which doubles with each one; 500 unless said. */
  firstPauseMs?: number;
  signal?: AbortSignal;
  onProgress?: (progress: UploadProgress) => void;
}

export type UploadProgress = { attempt: number } & (
  | { /** `sent` is null where it cannot be seen. */ phase: "sending"; sent: number | null; total: number }
  | { /** All is sent; the answer is not there yet. */ phase: "storing" }
  | { /** Before another try. */ phase: "waiting"; seconds: number; failure: UploadFailure }
);

/** The answer of the service for a file that is stored. */
export interface Stored {
  success: true;
  stored: true;
  message: string;
  /** Storage's own. */
  status: number;
  file_size: number;
  filename: string;
  request_id: string;
  duration_ms: number;
  /** As storage gave it. */
  etag?: string;
  /** Of the bytes that were sent; compared with storage's own where it gives one. */
  checksum?: string;
  /** Only of a resumable session: it has the whole object. */
  complete?: true;
  /** How many PUTs were begun. */
  attempts?: number;
  attempt_log?: Attempt[];
  /** False: there was no room for a copy, so no further attempt was possible. */
  replayable?: boolean;
}

/** One PUT to storage. */
export interface Attempt {
  code: string;
  /** Storage's, null when it gave none. */
  status: number | null;
  ms: number;
  /** Of the file, handed to storage's connection. */
  bytes: number;
}

export interface FailureDetails {
  code: string;
  detail: string;
  fault: "client" | "storage" | "service" | "network";
  retryable: boolean;
  mayBeStored: boolean;
  status: number;
  requestId: string | null;
  retryAfterSeconds: number | null;
}

/** Why a file is not stored, or not known to be. An abort is none: it rejects with the signal's reason. */
export class UploadFailure extends Error {
  /** One of the service's codes, or `file_changed`, `network_failure`, `foreign_answer` of something in between. */
  readonly code: string;
  /** What happened and what to do, for a developer. */
  readonly detail: string;
  readonly fault: FailureDetails["fault"];
  /** Whether the same may succeed later. */
  readonly retryable: boolean;
  /** Whether all was sent, to the service or by it to storage, and nobody said for certain what became of it. */
  readonly mayBeStored: boolean;
  /** The answer's status; 0 without an answer. */
  readonly status: number;
  /** What the service's log knows it by. */
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;

  constructor(details: Pick<FailureDetails, "code" | "detail" | "fault"> & Partial<FailureDetails>) {
    super(`${details.code}: ${details.detail}`);
    this.name = "UploadFailure";
    this.code = details.code;
    this.detail = details.detail;
    this.fault = details.fault;
    this.retryable = details.retryable ?? false;
    this.mayBeStored = details.mayBeStored ?? false;
    this.status = details.status ?? 0;
    this.requestId = details.requestId ?? null;
    this.retryAfterSeconds = details.retryAfterSeconds ?? null;
  }
}

/** Resolves when the file is stored; rejects with an UploadFailure, the signal's reason, or what `uploadUrl` threw. */
export async function upload(file: Blob, options: UploadOptions): Promise<Stored> {
  refuseTooLarge(file, options.maxBytes ?? MOST_BYTES);
  for (let attempt = 1; ; attempt += 1) {
    options.signal?.throwIfAborted();
    const signed = typeof options.uploadUrl === "function" ? await options.uploadUrl() : options.uploadUrl;
    options.signal?.throwIfAborted();
    try {
      if (!(await isUnchanged(file))) throw fileChanged(false);
      if (file.size > ASK_ABOVE_BYTES) await check(file, signed, options);
      options.signal?.throwIfAborted();
      return judge(await send(file, signed, options, attempt));
    } catch (failure) {
      if (!(failure instanceof UploadFailure) || !isWorthAnother(failure, attempt, options)) throw failure;
      const seconds = pauseSeconds(failure, attempt, options);
      if (seconds > LONGEST_PAUSE_SECONDS) throw failure;
      options.onProgress?.({ phase: "waiting", attempt, seconds, failure });
      await sleep(seconds, options.signal);
    }
  }
}

function refuseTooLarge(file: Blob, most: number): void {
  if (file.size <= most) return;
  const detail = `The file has ${file.size} bytes, and at most ${most} are taken.`;
  throw new UploadFailure({ code: "file_too_large", detail, fault: "client" });
}

/**
 * Whether the file is as it was chosen, as far as its last byte tells; a small one is read whole, as only that tells
 * Firefox that it has grown. Browsers send nothing of a changed file, what is left, or not what they announce.
 */
export async function isUnchanged(file: Blob): Promise<boolean> {
  const part = file.size > SMALL_BYTES ? file.slice(-1) : file;
  const read = await part.arrayBuffer().catch(() => null);
  return read?.byteLength === part.size;
}

export function fileChanged(mayBeStored: boolean): UploadFailure {
  const detail = "The file has changed since it was chosen, or cannot be read. Choose it again.";
  return new UploadFailure({ code: "file_changed", detail, fault: "client", mayBeStored });
}

/** Throws what the service has against the upload, if it says so; whatever else answers, the upload will show. */
export async function check(file: Blob, signed: Presigned, options: UploadOptions): Promise<void> {
  const reply = await ask(file, signed, options).catch(() => null);
  options.signal?.throwIfAborted();
  if (!reply || NO_CHECK.includes(reply.status)) return;
  if (parsed(reply.body)?.["success"] === false) judge(reply);
}

async function ask(file: Blob, signed: Presigned, { signal, ...options }: UploadOptions): Promise<Reply> {
  const limit = AbortSignal.timeout(ASK_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  return post(endpointOf("/check", options), fieldsOf(file, signed, options), options.token, either);
}

function isWorthAnother(failure: UploadFailure, attempt: number, options: UploadOptions): boolean {
  if (attempt > (options.maxRetries ?? 3)) return false;
  if (failure.mayBeStored && !options.allowTwice) return false;
  return failure.retryable || (STALE.includes(failure.code) && typeof options.uploadUrl === "function");
}

export function pauseSeconds(failure: UploadFailure, attempt: number, options: UploadOptions): number {
  const doubled = ((options.firstPauseMs ?? 500) / 1000) * 2 ** (attempt - 1);
  // At random, so that many callers do not come back in the same moment.
  return Math.max(failure.retryAfterSeconds ?? 0, doubled * (0.5 + Math.random() / 2));
}

export function sleep(seconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const abort = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", abort), resolve()), seconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
  });
}

interface Reply {
  status: number;
  body: string;
  requestId: string | null;
  retryAfter: string | null;
}

export function send(file: Blob, signed: Presigned, options: UploadOptions, attempt: number): Promise<Reply> {
  const path = options.storageRetries === undefined ? "/upload-with-presigned" : "/upload-with-presigned-retry";
  const by = typeof XMLHttpRequest === "undefined" ? sendByFetch : sendByXhr;
  return by(endpointOf(path, options), formOf(file, signed, options), file, options, attempt);
}

function endpointOf(path: string, options: UploadOptions): string {
  return options.serviceUrl.replace(/\/+$/, "") + path;
}

function formOf(file: Blob, signed: Presigned, options: UploadOptions): FormData {
  const form = fieldsOf(file, signed, options);
  if (options.urlAfterFile) form.delete("uploadUrl");
  form.append("file", file, options.name ?? ("name" in file ? String(file.name) : "file"));
  if (options.urlAfterFile) form.append("uploadUrl", urlOf(signed));
  return form;
}

function urlOf(signed: Presigned): string {
  return typeof signed === "string" ? signed : signed.url;
}

/** All but the file. */
function fieldsOf(file: Blob, signed: Presigned, options: UploadOptions): FormData {
  const form = new FormData();
  const own: Partial<Granted> = typeof signed === "string" ? {} : signed;
  const { fields = options.fields, grant = options.grant } = own;
  if (grant !== undefined) form.append("grant", grant);
  if (fields) form.append("fields", JSON.stringify(fields));
  form.append("size", String(file.size)); // so that another file in its place is not stored
  if (options.storageRetries !== undefined) form.append("max_retries", String(options.storageRetries));
  if (options.contentType !== undefined) form.append("contentType", options.contentType);
  for (const [name, value] of Object.entries(options.headers ?? {})) form.append(`header:${name}`, value);
  form.append("uploadUrl", urlOf(signed));
  return form;
}

type Sender = (e: string, form: FormData, file: Blob, options: UploadOptions, attempt: number) => Promise<Reply>;

const sendByXhr: Sender = (endpoint, form, file, { token, signal, onProgress }, attempt) =>
  new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    if (signal?.aborted) return reject(signal.reason); // it is heard once
    const total = file.size;
    let allSent = false;
    xhr.upload.onprogress = ({ loaded }) =>
      onProgress?.({ phase: "sending", attempt, sent: Math.min(loaded, total), total });
    xhr.upload.onload = () => {
      allSent = true;
      onProgress?.({ phase: "storing", attempt });
    };
    xhr.onload = () =>
      resolve({
        status: xhr.status,
        body: xhr.responseText,
        requestId: xhr.getResponseHeader("X-Request-Id"),
        retryAfter: xhr.getResponseHeader("Retry-After"),
      });
    xhr.onerror = async () => reject(await noAnswer(file, allSent));
    xhr.onabort = () => reject(signal?.reason);
    xhr.onloadend = () => signal?.removeEventListener("abort", abort);
    signal?.addEventListener("abort", abort);
    xhr.open("POST", endpoint);
    if (token) xhr.setRequestHeader("Authorization", `Bearer ${token}`);
    xhr.send(form);
  });

const sendByFetch: Sender = async (endpoint, body, file, { token, signal, onProgress }, attempt) => {
  onProgress?.({ phase: "sending", attempt, sent: null, total: file.size });
  try {
    return await post(endpoint, body, token, signal);
  } catch (error) {
    signal?.throwIfAborted();
    const { cause } = error as { cause?: { code?: string } };
    throw await noAnswer(file, !NEVER_LEFT.includes(cause?.code ?? "")); // fetch does not tell how much was sent
  }
};

async function post(endpoint: string, body: FormData, token?: string, signal?: AbortSignal): Promise<Reply> {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  const response = await fetch(endpoint, { method: "POST", body, headers, signal: signal ?? null });
  return {
    status: response.status,
    body: await response.text(),
    requestId: response.headers.get("X-Request-Id"),
    retryAfter: response.headers.get("Retry-After"),
  };
}

async function noAnswer(file: Blob, mayBeStored: boolean): Promise<UploadFailure> {
  if (!(await isUnchanged(file))) return fileChanged(mayBeStored);
  const detail = mayBeStored
    ? "The connection broke before an answer came: the file may be stored."
    : "The service could not be reached, or takes nothing from pages of this origin; nothing was stored.";
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true, mayBeStored });
}

/** What the service says of a failure, as far as it is read here. */
type Problem = Pick<FailureDetails, "code" | "detail" | "fault" | "retryable"> & { stored: false | null };

export function judge(reply: Reply): Stored {
  const answer = parsed(reply.body);
  if (answer?.["success"] === true) return answer as unknown as Stored;
  const retryAfterSeconds = Number.parseInt(reply.retryAfter ?? "", 10) || null;
  const { status, requestId } = reply;
  if (answer && typeof answer["code"] === "string") {
    const told = answer as unknown as Problem;
    const mayBeStored = told.stored !== false; // null: storage had it all, and nobody knows what became of it
    throw new UploadFailure({ ...told, mayBeStored, status, requestId, retryAfterSeconds });
  }
  throw new UploadFailure({
    code: "foreign_answer",
    detail: inFront(status),
    fault: "network",
    retryable: [429, ...NONE_BEHIND].includes(status),
    mayBeStored: status < 400 || status >= 500, // a gateway that gave up may have passed all on
    status,
    requestId,
    retryAfterSeconds,
  });
}

/** What a status says that is a proxy's own: its pages are HTML, or nothing at all. */
function inFront(status: number): string {
  if (status === 413) return "The proxy in front of the service refuses files of this size (status 413).";
  if (NONE_BEHIND.includes(status)) return `The proxy in front gets no answer from the service (status ${status}).`;
  return `A proxy in front answered, not the service, with status ${status}.`;
}

function parsed(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return value !== null && typeof value === "object" ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
