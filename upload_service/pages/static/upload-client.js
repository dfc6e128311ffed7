// Made from docs/examples/typescript/upload-client.ts by ./scripts/dev/docs.
const MOST_BYTES = 5 * 1024 ** 3;
const LONGEST_PAUSE_SECONDS = 60;
const SMALL_BYTES = 1e6;
const ASK_ABOVE_BYTES = 4_000_000;
const ASK_MS = 10_000;
const NO_CHECK = [404, 405];
const NONE_BEHIND = [502, 503, 504];
const STALE = ["url_expired", "credentials_expired", "grant_expired"];
const NEVER_LEFT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "UND_ERR_CONNECT_TIMEOUT"];
export class UploadFailure extends Error {
  code;
  detail;
  fault;
  retryable;
  mayBeStored;
  status;
  requestId;
  retryAfterSeconds;
  constructor(details) {
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
export async function upload(file, options) {
  refuseTooLarge(file, options.maxBytes ?? MOST_BYTES);
  for (let attempt = 1;; attempt += 1) {
    options.signal?.throwIfAborted();
    const signed = typeof options.uploadUrl === "function" ? await options.uploadUrl() : options.uploadUrl;
    options.signal?.throwIfAborted();
    try {
      if (!(await isUnchanged(file)))
        throw fileChanged(false);
      if (file.size > ASK_ABOVE_BYTES)
        await check(file, signed, options);
      options.signal?.throwIfAborted();
      return judge(await send(file, signed, options, attempt));
    }
    catch (failure) {
      if (!(failure instanceof UploadFailure) || !isWorthAnother(failure, attempt, options))
        throw failure;
      const seconds = pauseSeconds(failure, attempt, options);
      if (seconds > LONGEST_PAUSE_SECONDS)
        throw failure;
      options.onProgress?.({ phase: "waiting", attempt, seconds, failure });
      await sleep(seconds, options.signal);
    }
  }
}
function refuseTooLarge(file, most) {
  if (file.size <= most)
    return;
  const detail = `The file has ${file.size} bytes, and at most ${most} are taken.`;
  throw new UploadFailure({ code: "file_too_large", detail, fault: "client" });
}
export async function isUnchanged(file) {
  const part = file.size > SMALL_BYTES ? file.slice(-1) : file;
  const read = await part.arrayBuffer().catch(() => null);
  return read?.byteLength === part.size;
}
export function fileChanged(mayBeStored) {
  const detail = "The file has changed since it was chosen, or cannot be read. Choose it again.";
  return new UploadFailure({ code: "file_changed", detail, fault: "client", mayBeStored });
}
export async function check(file, signed, options) {
  const reply = await ask(file, signed, options).catch(() => null);
  options.signal?.throwIfAborted();
  if (!reply || NO_CHECK.includes(reply.status))
    return;
  if (parsed(reply.body)?.["success"] === false)
    judge(reply);
}
async function ask(file, signed, { signal, ...options }) {
  const limit = AbortSignal.timeout(ASK_MS);
  const either = signal ? AbortSignal.any([signal, limit]) : limit;
  return post(endpointOf("/check", options), fieldsOf(file, signed, options), options.token, either);
}
function isWorthAnother(failure, attempt, options) {
  if (attempt > (options.maxRetries ?? 3))
    return false;
  if (failure.mayBeStored && !options.allowTwice)
    return false;
  return failure.retryable || (STALE.includes(failure.code) && typeof options.uploadUrl === "function");
}
export function pauseSeconds(failure, attempt, options) {
  const doubled = ((options.firstPauseMs ?? 500) / 1000) * 2 ** (attempt - 1);
  return Math.max(failure.retryAfterSeconds ?? 0, doubled * (0.5 + Math.random() / 2));
}
export function sleep(seconds, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted)
      return reject(signal.reason);
    const abort = () => (clearTimeout(timer), reject(signal?.reason));
    const timer = setTimeout(() => (signal?.removeEventListener("abort", abort), resolve()), seconds * 1000);
    signal?.addEventListener("abort", abort, { once: true });
  });
}
export function send(file, signed, options, attempt) {
  const path = options.storageRetries === undefined ? "/upload-with-presigned" : "/upload-with-presigned-retry";
  const by = typeof XMLHttpRequest === "undefined" ? sendByFetch : sendByXhr;
  return by(endpointOf(path, options), formOf(file, signed, options), file, options, attempt);
}
function endpointOf(path, options) {
  return options.serviceUrl.replace(/\/+$/, "") + path;
}
function formOf(file, signed, options) {
  const form = fieldsOf(file, signed, options);
  if (options.urlAfterFile)
    form.delete("uploadUrl");
  form.append("file", file, options.name ?? ("name" in file ? String(file.name) : "file"));
  if (options.urlAfterFile)
    form.append("uploadUrl", urlOf(signed));
  return form;
}
function urlOf(signed) {
  return typeof signed === "string" ? signed : signed.url;
}
function fieldsOf(file, signed, options) {
  const form = new FormData();
  const own = typeof signed === "string" ? {} : signed;
  const { fields = options.fields, grant = options.grant } = own;
  if (grant !== undefined)
    form.append("grant", grant);
  if (fields)
    form.append("fields", JSON.stringify(fields));
  form.append("size", String(file.size));
  if (options.storageRetries !== undefined)
    form.append("max_retries", String(options.storageRetries));
  if (options.contentType !== undefined)
    form.append("contentType", options.contentType);
  for (const [name, value] of Object.entries(options.headers ?? {}))
    form.append(`header:${name}`, value);
  form.append("uploadUrl", urlOf(signed));
  return form;
}
const sendByXhr = (endpoint, form, file, { token, signal, onProgress }, attempt) => new Promise((resolve, reject) => {
  const xhr = new XMLHttpRequest();
  const abort = () => xhr.abort();
  if (signal?.aborted)
    return reject(signal.reason);
  const total = file.size;
  let allSent = false;
  xhr.upload.onprogress = ({ loaded }) => onProgress?.({ phase: "sending", attempt, sent: Math.min(loaded, total), total });
  xhr.upload.onload = () => {
    allSent = true;
    onProgress?.({ phase: "storing", attempt });
  };
  xhr.onload = () => resolve({
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
  if (token)
    xhr.setRequestHeader("Authorization", `Bearer ${token}`);
  xhr.send(form);
});
const sendByFetch = async (endpoint, body, file, { token, signal, onProgress }, attempt) => {
  onProgress?.({ phase: "sending", attempt, sent: null, total: file.size });
  try {
    return await post(endpoint, body, token, signal);
  }
  catch (error) {
    signal?.throwIfAborted();
    const { cause } = error;
    throw await noAnswer(file, !NEVER_LEFT.includes(cause?.code ?? ""));
  }
};
async function post(endpoint, body, token, signal) {
  const headers = new Headers(token ? { Authorization: `Bearer ${token}` } : {});
  const response = await fetch(endpoint, { method: "POST", body, headers, signal: signal ?? null });
  return {
    status: response.status,
    body: await response.text(),
    requestId: response.headers.get("X-Request-Id"),
    retryAfter: response.headers.get("Retry-After"),
  };
}
async function noAnswer(file, mayBeStored) {
  if (!(await isUnchanged(file)))
    return fileChanged(mayBeStored);
  const detail = mayBeStored
    ? "The connection broke before an answer came: the file may be stored."
    : "The service could not be reached, or takes nothing from pages of this origin; nothing was stored.";
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true, mayBeStored });
}
export function judge(reply) {
  const answer = parsed(reply.body);
  if (answer?.["success"] === true)
    return answer;
  const retryAfterSeconds = Number.parseInt(reply.retryAfter ?? "", 10) || null;
  const { status, requestId } = reply;
  if (answer && typeof answer["code"] === "string") {
    const told = answer;
    const mayBeStored = told.stored !== false;
    throw new UploadFailure({ ...told, mayBeStored, status, requestId, retryAfterSeconds });
  }
  throw new UploadFailure({
    code: "foreign_answer",
    detail: inFront(status),
    fault: "network",
    retryable: [429, ...NONE_BEHIND].includes(status),
    mayBeStored: status < 400 || status >= 500,
    status,
    requestId,
    retryAfterSeconds,
  });
}
function inFront(status) {
  if (status === 413)
    return "The proxy in front of the service refuses files of this size (status 413).";
  if (NONE_BEHIND.includes(status))
    return `The proxy in front gets no answer from the service (status ${status}).`;
  return `A proxy in front answered, not the service, with status ${status}.`;
}
function parsed(body) {
  try {
    const value = JSON.parse(body);
    return value !== null && typeof value === "object" ? value : null;
  }
  catch {
    return null;
  }
}
