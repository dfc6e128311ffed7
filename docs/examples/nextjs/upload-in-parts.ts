/**
 * Sends a file of any size in parts through upload-service, and goes on where it stopped. Copy it with
 * upload-client.ts.
 *
 * Knows: which parts there are, which of them storage has, and when another try is worth it. Each part is an upload of
 * its own, to a URL that your back end signs. What differs between stores is a PartTarget; `s3Parts` is the one for S3.
 * Rules: a part counts when the size and the checksum of the bytes that passed are those of the file. A file that has
 * changed is never completed. No URL of a part is remembered.
 */

import {
  UploadFailure,
  check,
  fileChanged,
  isUnchanged,
  judge,
  pauseSeconds,
  send,
  sleep,
  type Stored,
  type UploadOptions,
} from "./upload-client.ts";

const MIB = 1024 ** 2;
const PART_BYTES = 16 * MIB;
const AT_ONCE = 4;
const RETRIES = 5;
const OFFLINE_SECONDS = 600;
const STALL_SECONDS = 60;
/** How much longer the answer may take when all is sent: the service may wait for storage. */
const STORING_STALLS = 10;
/** From the sixth pause on they grow no more: 16 seconds. */
const LONGEST_DOUBLING = 6;
/** What the service asks for with Retry-After may be longer than anybody waits. */
const LONGEST_PAUSE_SECONDS = 600;
/** What a fresh address mends. */
const MENDED = ["url_expired", "credentials_expired", "grant_expired", "session_behind"];
/** How the service says that storage knows the upload no more. */
const GONE = ["no_such_upload", "session_gone"];
const ALGORITHM = "crc64nvme:";

/** Bytes `start` to `end` of the file, the latter not included. Numbers begin with 1. */
export interface Part {
  number: number;
  start: number;
  end: number;
}

export interface ListedPart {
  number: number;
  size: number;
  etag: string;
}

export interface FinishedPart extends ListedPart {
  /** CRC64-NVME of its bytes, as the service writes it. */
  checksum: string;
}

export interface FileFacts {
  name: string;
  size: number;
  type: string;
}

export interface PartAddress {
  url: string;
  /** Headers for storage, such as those that the URL is signed with. */
  headers?: Record<string, string>;
  /** What your back end signed for this URL, where the service asks for upload grants. */
  grant?: string;
  /** Where the rest of the part begins in the file, when storage has the bytes before it. */
  from?: number;
}

/** The way through the service, for what a target sends itself; and the signal that ends all. */
export interface Way {
  signal: AbortSignal;
  send(what: Blob, address: PartAddress): Promise<Stored>;
}

/** What a store allows. */
export interface PartRules {
  mostParts: number;
  leastBytes: number;
  mostBytes: number;
  multipleOf: number;
  /** How many parts it takes at once; as many as wanted unless said. */
  atOnce?: number;
}

/**
 * One kind of store, and the way to it. `Upload` is what names one upload there; it is remembered as JSON.
 * Its functions may throw NoSuchUpload. They are called again after a TypeError, which is fetch's word for a lost
 * network, and after an UploadFailure that is `retryable`.
 */
export interface PartTarget<Upload, Done> {
  readonly kind: string;
  readonly rules: PartRules;
  begin(file: FileFacts, way: Way): Promise<Upload>;
  /** Where a part goes; called before each try. */
  address(upload: Upload, part: Part, file: FileFacts, way: Way): Promise<PartAddress>;
  /** The ETag that the answer to a part has. Throws when storage does not have all of it. */
  etagOf(stored: Stored, part: Part): string;
  /** Which parts storage has; with null, what is remembered is believed. */
  list(upload: Upload, plan: Part[], file: FileFacts, way: Way): Promise<ListedPart[] | null>;
  /** Makes one object of the parts. Called again when its answer was lost, so it must answer the same then. */
  complete(upload: Upload, parts: FinishedPart[], file: FileFacts, way: Way): Promise<Done>;
  /** Drops what storage has of it. */
  abandon(upload: Upload): Promise<void>;
}

/** Storage knows the upload no more: it was completed, dropped, or never begun. */
export class NoSuchUpload extends Error {
  constructor() {
    super("Storage knows no such upload.");
    this.name = "NoSuchUpload";
  }
}

/** Where unfinished uploads are remembered. It may fail: then an upload goes on, and is not remembered. */
export interface UploadMemory {
  get(key: string): string | null | Promise<string | null>;
  set(key: string, value: string): void | Promise<void>;
  delete(key: string): void | Promise<void>;
}

export interface PartsProgress {
  /** `waiting`: for the network or before another try of a part, while others may be sent. */
  phase: "preparing" | "sending" | "waiting" | "completing";
  /** Bytes; never falls. Where no sending can be seen (Node, fetch), it grows by whole parts. */
  sent: number;
  total: number;
  partsDone: number;
  partsTotal: number;
  /** How many of the bytes an earlier run had stored. */
  remembered: number;
  /** Why, in `waiting`, if it is not the network alone. */
  failure?: UploadFailure;
}

export interface PartsOptions<Upload, Done>
  extends Pick<UploadOptions, "serviceUrl" | "token" | "storageRetries" | "firstPauseMs" | "signal" | "name"> {
  target: PartTarget<Upload, Done>;
  /** 16 MiB unless said; raised to what the store wants, and so that the parts are few enough. */
  partBytes?: number;
  /** How many parts are sent at once, 4 unless said. */
  atOnce?: number;
  /** Tries of a part after the first one, 5 unless said. */
  maxRetries?: number;
  /** How long a network may be lost, 600 seconds unless said; such tries are not counted. */
  offlineSeconds?: number;
  /** How long a part may stand still before it is tried again, 60 seconds unless said; where sending can be seen. */
  stallSeconds?: number;
  /** Tells uploads of one file to different places apart, such as the number of an album. */
  place?: string;
  /** localStorage unless said; where there is none, this process remembers. */
  memory?: UploadMemory;
  onProgress?: (progress: PartsProgress) => void;
}

/** What is remembered of an upload: nothing that opens a store, unless `upload` itself does. */
interface Unfinished<Upload> {
  upload: Upload;
  partBytes: number;
  /** The checksums of the file's first and last part. */
  ends: string[];
  parts: FinishedPart[];
}

/** One call, while it runs. */
interface Run<Upload, Done> {
  file: Blob;
  facts: FileFacts;
  options: PartsOptions<Upload, Done>;
  target: PartTarget<Upload, Done>;
  /** The caller's, or one that ends all parts when one has failed. */
  signal: AbortSignal;
  memory: UploadMemory;
  key: string;
  progress: PartsProgress;
  /** How many bytes are sent of each part that is being sent. */
  sending: Map<number, number>;
  /** What all parts share: whether the service has answered yet, and the last time that something was remembered. */
  shared: { heard: boolean; saved: Promise<void> };
}

/**
 * Resolves with what the target's `complete` gives; rejects with an UploadFailure, the signal's reason, or what the
 * target threw. After a rejection, and after an abort by the signal, the finished parts stay, and the same call goes
 * on. `abandonUpload` drops them.
 */
export async function uploadInParts<Upload, Done>(file: Blob, options: PartsOptions<Upload, Done>): Promise<Done> {
  const run = await runOf(file, options);
  try {
    return await goOn(run);
  } catch (error) {
    if (!isGone(error)) throw error;
    await forget(run); // and begin anew, once
    return goOn(run);
  }
}

/** Drops an upload that has stopped: the target is told, and nothing is remembered. False when nothing was. */
export async function abandonUpload<Upload, Done>(file: Blob, options: PartsOptions<Upload, Done>): Promise<boolean> {
  const run = await runOf(file, options);
  const unfinished = await recall(run);
  if (!unfinished) return false;
  await insist(run, () => run.target.abandon(unfinished.upload)).catch((error) => {
    if (!isGone(error)) throw error;
  });
  await forget(run);
  return true;
}

async function runOf<Upload, Done>(file: Blob, options: PartsOptions<Upload, Done>): Promise<Run<Upload, Done>> {
  const name = options.name ?? ("name" in file ? String(file.name) : "file");
  const facts = { name, size: file.size, type: file.type };
  const changed = "lastModified" in file ? file.lastModified : null;
  const marks = [options.target.kind, options.place ?? null, name, file.size, changed];
  return {
    file,
    facts,
    options,
    target: options.target,
    signal: options.signal ?? new AbortController().signal,
    memory: options.memory ?? ownMemory(),
    key: `upload-in-parts ${await checksumOf(new Blob([JSON.stringify(marks)]))}`, // the name itself is private
    progress: { phase: "preparing", sent: 0, total: file.size, partsDone: 0, partsTotal: 0, remembered: 0 },
    sending: new Map(),
    shared: { heard: false, saved: Promise.resolve() },
  };
}

async function goOn<Upload, Done>(run: Run<Upload, Done>): Promise<Done> {
  const { facts, signal, target } = run;
  signal.throwIfAborted();
  run.sending.clear();
  tell(run, { phase: "preparing" });
  if (run.file.size === 0) throw emptyFile();
  const unfinished = (await resumed(run)) ?? (await begun(run));
  await sendMissing(run, unfinished);
  refuseOtherFile(unfinished);
  if (!(await isUnchanged(run.file))) throw fileChanged(false);
  tell(run, { phase: "completing" });
  const parts = [...unfinished.parts].sort((one, other) => one.number - other.number);
  const done = await insist(run, () => target.complete(unfinished.upload, parts, facts, wayOf(run)));
  await forget(run);
  return done;
}

// ---- what is remembered ----

async function resumed<Upload, Done>(run: Run<Upload, Done>): Promise<Unfinished<Upload> | null> {
  const { file, facts, target } = run;
  const unfinished = await recall(run);
  if (!unfinished) return null;
  const plan = partsOf(file.size, unfinished.partBytes);
  const ends = await endsOf(file, plan);
  if (ends.join() !== unfinished.ends.join()) return null; // another file of this name, size and date
  const listed = await insist(run, () => target.list(unfinished.upload, plan, facts, wayOf(run))).catch((error) => {
    // With all parts there it may be gone because it was completed, and nobody heard: `complete` finds out.
    if (isGone(error) && unfinished.parts.length === plan.length) return null;
    throw error;
  });
  const truth = new Map((listed ?? unfinished.parts).map((part) => [part.number, part]));
  const parts = unfinished.parts.filter((part) => agree(part, truth.get(part.number)));
  return (await isAsSent(run, plan, parts)) ? { ...unfinished, parts } : null;
}

/** Whether the file still has each part that was sent. An object of two files would be neither. */
async function isAsSent<Upload, Done>(
  { file, signal }: Run<Upload, Done>,
  plan: Part[],
  parts: FinishedPart[],
): Promise<boolean> {
  for (const { number, checksum } of parts) {
    const { start, end } = plan[number - 1]!;
    if ((await checksumOf(file.slice(start, end), signal)) !== checksum) return false;
  }
  return true;
}

/** A part that is listed and not remembered does not count: the answer with its checksum was never heard. */
function agree(part: FinishedPart, listed: ListedPart | undefined): boolean {
  return listed !== undefined && listed.size === part.size && bare(listed.etag) === bare(part.etag);
}

function bare(etag: string): string {
  return etag.replaceAll('"', "");
}

async function begun<Upload, Done>(run: Run<Upload, Done>): Promise<Unfinished<Upload>> {
  const { file, facts, options, target } = run;
  const partBytes = partBytesFor(file.size, options.partBytes ?? PART_BYTES, target.rules);
  const ends = await endsOf(file, partsOf(file.size, partBytes));
  const upload = await insist(run, () => target.begin(facts, wayOf(run)));
  const unfinished = { upload, partBytes, ends, parts: [] };
  await remember(run, unfinished);
  return unfinished;
}

async function recall<Upload, Done>({ memory, key, file, target }: Run<Upload, Done>): Promise<Unfinished<Upload> | null> {
  try {
    const found = JSON.parse((await memory.get(key)) ?? "null") as Unfinished<Upload> | null;
    return found && isOf(found, file.size, target.rules) ? found : null;
  } catch {
    return null;
  }
}

/** Whether it tells of parts that such a file has. Another version may have written it, or somebody else. */
function isOf({ partBytes, ends, parts }: Unfinished<unknown>, size: number, rules: PartRules): boolean {
  if (!Array.isArray(ends) || partBytesFor(size, partBytes, rules) !== partBytes) return false;
  const plan = partsOf(size, partBytes);
  const numbers = new Set(parts.map(({ number }) => number));
  const isPart = ({ number, size, etag, checksum }: FinishedPart) => {
    const { start, end } = plan[number - 1]!;
    return size === end - start && [etag, checksum].every((word) => typeof word === "string");
  };
  return numbers.size === parts.length && parts.every(isPart);
}

/** One after the other, so that the newest is the last. */
function remember<Upload, Done>(run: Run<Upload, Done>, what: Unfinished<Upload>): Promise<void> {
  const save = async () => run.memory.set(run.key, JSON.stringify(what));
  run.shared.saved = run.shared.saved.then(save).catch(() => {
    // No room, or none allowed: the upload itself needs no memory.
  });
  return run.shared.saved;
}

async function forget<Upload, Done>({ memory, key }: Run<Upload, Done>): Promise<void> {
  try {
    await memory.delete(key);
  } catch {
    // The next call finds an upload that storage knows no more, and begins anew.
  }
}

const inThisProcess = new Map<string, string>();

function ownMemory(): UploadMemory {
  try {
    if (typeof localStorage !== "undefined") return storageMemory(localStorage);
  } catch {
    // A page that may store nothing.
  }
  return {
    get: (key) => inThisProcess.get(key) ?? null,
    set: (key, value) => void inThisProcess.set(key, value),
    delete: (key) => void inThisProcess.delete(key),
  };
}

/** Remembers in localStorage or sessionStorage. */
export function storageMemory(storage: Storage): UploadMemory {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    delete: (key) => storage.removeItem(key),
  };
}

// ---- the parts ----

/** Equal parts, except for the last one, which is smaller. */
export function partsOf(size: number, partBytes: number): Part[] {
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min(size, (index + 1) * partBytes),
  }));
}

/** The part size that is wanted, or the next larger one that the store takes for a file of this size. */
export function partBytesFor(size: number, wanted: number, rules: PartRules): number {
  const least = Math.max(wanted, rules.leastBytes, size / rules.mostParts);
  const partBytes = Math.ceil(least / rules.multipleOf) * rules.multipleOf;
  if (partBytes <= rules.mostBytes) return partBytes;
  const detail = `Parts of this file would have ${partBytes} bytes, and the store takes at most ${rules.mostBytes}.`;
  throw new UploadFailure({ code: "file_too_large", detail, fault: "client" });
}

/** All parts that storage does not have, several at once. The first failure ends the others; nothing runs on then. */
async function sendMissing<Upload, Done>(run: Run<Upload, Done>, unfinished: Unfinished<Upload>): Promise<void> {
  const plan = partsOf(run.file.size, unfinished.partBytes);
  const finished = new Set(unfinished.parts.map((part) => part.number));
  const missing = plan.filter((part) => !finished.has(part.number));
  const remembered = bytesOf(unfinished.parts);
  tell(run, { phase: "sending", sent: remembered, remembered, partsDone: finished.size, partsTotal: plan.length });
  const halt = new AbortController();
  const signal = AbortSignal.any([run.signal, halt.signal]);
  const queue = missing.values();
  const lane = async () => {
    for (const part of queue) {
      unfinished.parts.push(await sendPart({ ...run, signal }, part, unfinished, part === missing[0]));
      run.sending.delete(part.number);
      showSent(run, unfinished.parts);
      await remember(run, unfinished);
    }
  };
  const ended = () => lane().catch((error) => halt.abort(error));
  const lanes = Math.min(run.options.atOnce ?? AT_ONCE, run.target.rules.atOnce ?? Infinity, missing.length);
  await Promise.all(Array.from({ length: lanes }, ended));
  signal.throwIfAborted();
}

/** Sends one part until storage has it, each time to a fresh URL. */
function sendPart<Upload, Done>(
  run: Run<Upload, Done>,
  part: Part,
  { upload, parts }: Unfinished<Upload>,
  first: boolean,
): Promise<FinishedPart> {
  const { file, facts, target } = run;
  return insist(run, async (attempt) => {
    const address = await target.address(upload, part, facts, wayOf(run));
    const rest = file.slice(address.from ?? part.start, part.end);
    if (!(await isUnchanged(rest))) throw fileChanged(false);
    const sending = sendingOf(run, address, (sent) => {
      run.sending.set(part.number, sent + part.end - part.start - rest.size);
      showSent(run, parts);
    });
    if (first && !run.shared.heard) await check(rest, address.url, sending);
    // The part is read a second time while it is sent: what passed is compared with what the file has.
    const passing = watched(run, sending, (moving) => sendOnce(run, rest, moving, attempt));
    const [stored, checksum] = await Promise.all([passing, checksumOf(rest, run.signal)]);
    refuseOtherBytes(stored, rest.size, checksum);
    const etag = target.etagOf(stored, part);
    const whole = file.slice(part.start, part.end);
    const ofWhole = rest.size === whole.size ? checksum : await checksumOf(whole, run.signal);
    return { number: part.number, size: whole.size, etag, checksum: ofWhole };
  });
}

type Sending = UploadOptions & { uploadUrl: string };

/** Ends a try that stands still, as in a tunnel, where no connection breaks. */
async function watched<Upload, Done>(
  { options, signal }: Run<Upload, Done>,
  sending: Sending,
  work: (sending: Sending) => Promise<Stored>,
): Promise<Stored> {
  const stuck = new AbortController();
  const seconds = options.stallSeconds ?? STALL_SECONDS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const onProgress: UploadOptions["onProgress"] = (told) => {
    sending.onProgress?.(told);
    clearTimeout(timer);
    if (told.phase === "sending" && told.sent === null) return; // nobody sees whether it moves
    const patience = seconds * (told.phase === "storing" ? STORING_STALLS : 1);
    timer = setTimeout(() => stuck.abort(standsStill()), 1000 * patience);
  };
  try {
    return await work({ ...sending, onProgress, signal: AbortSignal.any([signal, stuck.signal]) });
  } finally {
    clearTimeout(timer);
  }
}

function standsStill(): UploadFailure {
  const detail = "Nothing moved for a while.";
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true, mayBeStored: true });
}

async function sendOnce<Upload, Done>(
  run: Run<Upload, Done>,
  what: Blob,
  sending: Sending,
  attempt: number,
): Promise<Stored> {
  const reply = await send(what, sending.uploadUrl, sending, attempt);
  const stored = judge(reply);
  run.shared.heard = true;
  return stored;
}

function wayOf<Upload, Done>(run: Run<Upload, Done>): Way {
  return { signal: run.signal, send: (what, address) => sendOnce(run, what, sendingOf(run, address), 1) };
}

function sendingOf<Upload, Done>(
  { facts, options, signal }: Run<Upload, Done>,
  { url, headers = {}, grant }: PartAddress,
  sent?: (bytes: number) => void,
): Sending {
  const { serviceUrl, token, storageRetries } = options;
  return {
    serviceUrl,
    uploadUrl: url,
    headers,
    signal,
    name: facts.name,
    ...(token !== undefined && { token }),
    ...(grant !== undefined && { grant }),
    ...(storageRetries !== undefined && { storageRetries }),
    onProgress: (told) => told.phase === "sending" && told.sent !== null && sent?.(told.sent),
  };
}

function refuseOtherBytes(stored: Stored, size: number, checksum: string): void {
  const passed = stored.checksum?.startsWith(ALGORITHM) ? stored.checksum : checksum; // else it computes none
  if (stored.file_size === size && passed === checksum) return;
  const detail = "A part arrived with other bytes than the file has.";
  throw new UploadFailure({ code: "part_differs", detail, fault: "network", retryable: true });
}

/** The first and the last part that were sent must be those that the file had when it was begun. */
function refuseOtherFile<Upload>({ parts, ends }: Unfinished<Upload>): void {
  const checksums = new Map(parts.map((part) => [part.number, part.checksum]));
  const sent = [checksums.get(1), checksums.get(parts.length)];
  if (sent.join() !== ends.join()) throw fileChanged(false);
}

// ---- progress ----

function tell<Upload, Done>(
  { options, progress }: Run<Upload, Done>,
  { failure, ...change }: Partial<PartsProgress>,
): void {
  const sent = Math.max(progress.sent, change.sent ?? 0);
  Object.assign(progress, change, { sent });
  options.onProgress?.({ ...progress, ...(failure && { failure }) });
}

function showSent<Upload, Done>(run: Run<Upload, Done>, parts: FinishedPart[]): void {
  const running = [...run.sending.values()].reduce((sum, bytes) => sum + bytes, 0);
  tell(run, { phase: "sending", partsDone: parts.length, sent: bytesOf(parts) + running });
}

function bytesOf(parts: FinishedPart[]): number {
  return parts.reduce((sum, part) => sum + part.size, 0);
}

// ---- tries ----

/** Works until it succeeds, or fails for good. A network that is lost is waited for. */
async function insist<Upload, Done, Result>(
  run: Run<Upload, Done>,
  work: (attempt: number) => Promise<Result>,
): Promise<Result> {
  const { maxRetries = RETRIES, offlineSeconds = OFFLINE_SECONDS } = run.options;
  let lostSince = 0;
  for (let attempt = 1, counted = 0; ; attempt += 1) {
    try {
      return await work(attempt);
    } catch (error) {
      run.signal.throwIfAborted();
      const failure = mendable(error);
      if (!failure) throw error;
      const lost = failure.code === "network_failure" && (run.shared.heard || saysOffline());
      lostSince = lost ? lostSince || Date.now() : 0;
      if (lost ? Date.now() - lostSince > offlineSeconds * 1000 : ++counted > maxRetries) throw failure;
      const seconds = pauseSeconds(failure, Math.min(attempt, LONGEST_DOUBLING), pausesOf(run.options));
      if (seconds > LONGEST_PAUSE_SECONDS) throw failure; // whoever calls again then goes on
      tell(run, { phase: "waiting", failure });
      await sleep(seconds, run.signal);
      await online(run, offlineSeconds);
    }
  }
}

/** The failure, if another try may mend it. */
function mendable(error: unknown): UploadFailure | null {
  if (error instanceof UploadFailure) return error.retryable || MENDED.includes(error.code) ? error : null;
  if (!(error instanceof TypeError)) return null;
  const detail = `Your back end could not be reached: ${error.message}.`;
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true });
}

function isGone(error: unknown): boolean {
  return error instanceof NoSuchUpload || (error instanceof UploadFailure && GONE.includes(error.code));
}

function pausesOf({ serviceUrl, firstPauseMs }: Pick<UploadOptions, "serviceUrl" | "firstPauseMs">): UploadOptions {
  return { serviceUrl, uploadUrl: "", ...(firstPauseMs !== undefined && { firstPauseMs }) };
}

function saysOffline(): boolean {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}

/** After a failure, waits while the browser says that there is no network. Some say so of one that works. */
async function online<Upload, Done>(run: Run<Upload, Done>, seconds: number): Promise<void> {
  if (!saysOffline()) return;
  tell(run, { phase: "waiting" });
  const again = new AbortController();
  const hear = () => again.abort();
  globalThis.addEventListener("online", hear, { signal: run.signal });
  await sleep(seconds, AbortSignal.any([run.signal, again.signal])).catch(() => run.signal.throwIfAborted());
  globalThis.removeEventListener("online", hear);
}

function emptyFile(): UploadFailure {
  const detail = "An empty file has no parts. Send it with `upload`.";
  return new UploadFailure({ code: "file_empty", detail, fault: "client" });
}

// ---- checksums: CRC-64/NVME, which the service computes of each file anyway ----

const READ_BYTES = MIB;
const WORDS = 256 * 16;

/** As the service writes it. */
async function checksumOf(blob: Blob, signal?: AbortSignal): Promise<string> {
  let crc: Crc = [~0, ~0];
  for (let at = 0; at < blob.size; at += READ_BYTES) {
    signal?.throwIfAborted();
    const read = await blob.slice(at, at + READ_BYTES).arrayBuffer().catch(() => null);
    if (!read) throw fileChanged(false);
    crc = updated(crc, new DataView(read));
  }
  const digest = new DataView(new ArrayBuffer(8));
  digest.setInt32(0, ~crc[0]);
  digest.setInt32(4, ~crc[1]);
  return ALGORITHM + btoa(String.fromCharCode(...new Uint8Array(digest.buffer)));
}

function endsOf(file: Blob, plan: Part[]): Promise<string[]> {
  const ends = [plan[0], plan.at(-1)].filter((part) => part !== undefined);
  return Promise.all(ends.map(({ start, end }) => checksumOf(file.slice(start, end))));
}

/** The upper and the lower 32 bits. */
type Crc = [number, number];

let table: Int32Array | null = null;

/** Eight bytes at a time, each by a table of its own. */
function updated([high, low]: Crc, bytes: DataView): Crc {
  const words = (table ??= tableOf());
  const whole = bytes.byteLength & ~7;
  for (let at = 0; at < whole; at += 8) {
    const first = low ^ bytes.getInt32(at, true);
    const second = high ^ bytes.getInt32(at + 4, true);
    high = low = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      const one = ((7 - byte) * 256 + ((first >>> (8 * byte)) & 255)) * 2;
      const other = ((3 - byte) * 256 + ((second >>> (8 * byte)) & 255)) * 2;
      high ^= words[one]! ^ words[other]!;
      low ^= words[one + 1]! ^ words[other + 1]!;
    }
  }
  for (let at = whole; at < bytes.byteLength; at += 1) {
    const index = ((low ^ bytes.getUint8(at)) & 255) * 2;
    low = ((low >>> 8) | (high << 24)) ^ words[index + 1]!;
    high = (high >>> 8) ^ words[index]!;
  }
  return [high, low];
}

/** For each of eight places and each byte: the two halves of its remainder. */
function tableOf(): Int32Array {
  const words = new Int32Array(WORDS);
  for (let byte = 0; byte < 256; byte += 1) {
    let [high, low] = [0, byte];
    for (let place = 0; place < 8; place += 1) {
      for (let bit = 0; bit < 8; bit += 1) {
        const odd = -(low & 1);
        low = ((low >>> 1) | (high << 31)) ^ (odd & 0xac4bc9b5);
        high = (high >>> 1) ^ (odd & 0x9a6c9329);
      }
      words.set([high, low], (place * 256 + byte) * 2);
    }
  }
  return words;
}

// ---- S3 and what speaks its language ----

/** What your back end does. It gives a name to each upload, such as key and upload id in a token that it has signed. */
export interface S3BackEnd<Upload, Done> {
  create(file: FileFacts, signal: AbortSignal): Promise<Upload>;
  /** A presigned URL for UploadPart; or an object of it and its grant, where the service asks for one. */
  sign(upload: Upload, part: { number: number; size: number }, signal: AbortSignal): Promise<string | PartAddress>;
  /** Without it, what is remembered is believed. */
  list?(upload: Upload, signal: AbortSignal): Promise<ListedPart[]>;
  complete(upload: Upload, parts: FinishedPart[], signal: AbortSignal): Promise<Done>;
  abort(upload: Upload): Promise<void>;
}

const S3_RULES: PartRules = { mostParts: 10_000, leastBytes: 5 * MIB, mostBytes: 5 * 1024 * MIB, multipleOf: MIB };

function noEtag(): never {
  const detail = "The store gave no ETag for a part, and makes no object without.";
  throw new UploadFailure({ code: "no_etag", detail, fault: "storage" });
}

/** The parts of an S3 multipart upload, all of one size as R2 wants them. */
export function s3Parts<Upload, Done>(backEnd: S3BackEnd<Upload, Done>): PartTarget<Upload, Done> {
  return {
    kind: "s3",
    rules: S3_RULES,
    begin: (file, { signal }) => backEnd.create(file, signal),
    address: async (upload, { number, start, end }, _, { signal }) => {
      const signed = await backEnd.sign(upload, { number, size: end - start }, signal);
      return typeof signed === "string" ? { url: signed } : signed;
    },
    etagOf: ({ etag }) => etag || noEtag(),
    list: async (upload, _, __, { signal }) => (await backEnd.list?.(upload, signal)) ?? null,
    complete: (upload, parts, _, { signal }) => backEnd.complete(upload, parts, signal),
    abandon: (upload) => backEnd.abort(upload),
  };
}
