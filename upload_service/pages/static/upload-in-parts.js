// Made from docs/examples/typescript/upload-in-parts.ts by ./scripts/dev/docs.
import { UploadFailure, check, fileChanged, isUnchanged, judge, pauseSeconds, send, sleep, } from "./upload-client.js";
const MIB = 1024 ** 2;
const PART_BYTES = 16 * MIB;
const AT_ONCE = 4;
const RETRIES = 5;
const OFFLINE_SECONDS = 600;
const STALL_SECONDS = 60;
const STORING_STALLS = 10;
const LONGEST_DOUBLING = 6;
const LONGEST_PAUSE_SECONDS = 600;
const MENDED = ["url_expired", "credentials_expired", "grant_expired", "session_behind"];
const GONE = ["no_such_upload", "session_gone"];
const ALGORITHM = "crc64nvme:";
export class NoSuchUpload extends Error {
  constructor() {
    super("Storage knows no such upload.");
    this.name = "NoSuchUpload";
  }
}
export async function uploadInParts(file, options) {
  const run = await runOf(file, options);
  try {
    return await goOn(run);
  }
  catch (error) {
    if (!isGone(error))
      throw error;
    await forget(run);
    return goOn(run);
  }
}
export async function abandonUpload(file, options) {
  const run = await runOf(file, options);
  const unfinished = await recall(run);
  if (!unfinished)
    return false;
  await insist(run, () => run.target.abandon(unfinished.upload)).catch((error) => {
    if (!isGone(error))
      throw error;
  });
  await forget(run);
  return true;
}
async function runOf(file, options) {
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
    key: `upload-in-parts ${await checksumOf(new Blob([JSON.stringify(marks)]))}`,
    progress: { phase: "preparing", sent: 0, total: file.size, partsDone: 0, partsTotal: 0, remembered: 0 },
    sending: new Map(),
    shared: { heard: false, saved: Promise.resolve() },
  };
}
async function goOn(run) {
  const { facts, signal, target } = run;
  signal.throwIfAborted();
  run.sending.clear();
  tell(run, { phase: "preparing" });
  if (run.file.size === 0)
    throw emptyFile();
  const unfinished = (await resumed(run)) ?? (await begun(run));
  await sendMissing(run, unfinished);
  refuseOtherFile(unfinished);
  if (!(await isUnchanged(run.file)))
    throw fileChanged(false);
  tell(run, { phase: "completing" });
  const parts = [...unfinished.parts].sort((one, other) => one.number - other.number);
  const done = await insist(run, () => target.complete(unfinished.upload, parts, facts, wayOf(run)));
  await forget(run);
  return done;
}
async function resumed(run) {
  const { file, facts, target } = run;
  const unfinished = await recall(run);
  if (!unfinished)
    return null;
  const plan = partsOf(file.size, unfinished.partBytes);
  const ends = await endsOf(file, plan);
  if (ends.join() !== unfinished.ends.join())
    return null;
  const listed = await insist(run, () => target.list(unfinished.upload, plan, facts, wayOf(run))).catch((error) => {
    if (isGone(error) && unfinished.parts.length === plan.length)
      return null;
    throw error;
  });
  const truth = new Map((listed ?? unfinished.parts).map((part) => [part.number, part]));
  const parts = unfinished.parts.filter((part) => agree(part, truth.get(part.number)));
  return (await isAsSent(run, plan, parts)) ? { ...unfinished, parts } : null;
}
async function isAsSent({ file, signal }, plan, parts) {
  for (const { number, checksum } of parts) {
    const { start, end } = plan[number - 1];
    if ((await checksumOf(file.slice(start, end), signal)) !== checksum)
      return false;
  }
  return true;
}
function agree(part, listed) {
  return listed !== undefined && listed.size === part.size && bare(listed.etag) === bare(part.etag);
}
function bare(etag) {
  return etag.replaceAll('"', "");
}
async function begun(run) {
  const { file, facts, options, target } = run;
  const partBytes = partBytesFor(file.size, options.partBytes ?? PART_BYTES, target.rules);
  const ends = await endsOf(file, partsOf(file.size, partBytes));
  const upload = await insist(run, () => target.begin(facts, wayOf(run)));
  const unfinished = { upload, partBytes, ends, parts: [] };
  await remember(run, unfinished);
  return unfinished;
}
async function recall({ memory, key, file, target }) {
  try {
    const found = JSON.parse((await memory.get(key)) ?? "null");
    return found && isOf(found, file.size, target.rules) ? found : null;
  }
  catch {
    return null;
  }
}
function isOf({ partBytes, ends, parts }, size, rules) {
  if (!Array.isArray(ends) || partBytesFor(size, partBytes, rules) !== partBytes)
    return false;
  const plan = partsOf(size, partBytes);
  const numbers = new Set(parts.map(({ number }) => number));
  const isPart = ({ number, size, etag, checksum }) => {
    const { start, end } = plan[number - 1];
    return size === end - start && [etag, checksum].every((word) => typeof word === "string");
  };
  return numbers.size === parts.length && parts.every(isPart);
}
function remember(run, what) {
  const save = async () => run.memory.set(run.key, JSON.stringify(what));
  run.shared.saved = run.shared.saved.then(save).catch(() => {
  });
  return run.shared.saved;
}
async function forget({ memory, key }) {
  try {
    await memory.delete(key);
  }
  catch {
  }
}
const inThisProcess = new Map();
function ownMemory() {
  try {
    if (typeof localStorage !== "undefined")
      return storageMemory(localStorage);
  }
  catch {
  }
  return {
    get: (key) => inThisProcess.get(key) ?? null,
    set: (key, value) => void inThisProcess.set(key, value),
    delete: (key) => void inThisProcess.delete(key),
  };
}
export function storageMemory(storage) {
  return {
    get: (key) => storage.getItem(key),
    set: (key, value) => storage.setItem(key, value),
    delete: (key) => storage.removeItem(key),
  };
}
export function partsOf(size, partBytes) {
  return Array.from({ length: Math.ceil(size / partBytes) }, (_, index) => ({
    number: index + 1,
    start: index * partBytes,
    end: Math.min(size, (index + 1) * partBytes),
  }));
}
export function partBytesFor(size, wanted, rules) {
  const least = Math.max(wanted, rules.leastBytes, size / rules.mostParts);
  const partBytes = Math.ceil(least / rules.multipleOf) * rules.multipleOf;
  if (partBytes <= rules.mostBytes)
    return partBytes;
  const detail = `Parts of this file would have ${partBytes} bytes, and the store takes at most ${rules.mostBytes}.`;
  throw new UploadFailure({ code: "file_too_large", detail, fault: "client" });
}
async function sendMissing(run, unfinished) {
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
function sendPart(run, part, { upload, parts }, first) {
  const { file, facts, target } = run;
  return insist(run, async (attempt) => {
    const address = await target.address(upload, part, facts, wayOf(run));
    const rest = file.slice(address.from ?? part.start, part.end);
    if (!(await isUnchanged(rest)))
      throw fileChanged(false);
    const sending = sendingOf(run, address, (sent) => {
      run.sending.set(part.number, sent + part.end - part.start - rest.size);
      showSent(run, parts);
    });
    if (first && !run.shared.heard)
      await check(rest, address.url, sending);
    const passing = watched(run, sending, (moving) => sendOnce(run, rest, moving, attempt));
    const [stored, checksum] = await Promise.all([passing, checksumOf(rest, run.signal)]);
    refuseOtherBytes(stored, rest.size, checksum);
    const etag = target.etagOf(stored, part);
    const whole = file.slice(part.start, part.end);
    const ofWhole = rest.size === whole.size ? checksum : await checksumOf(whole, run.signal);
    return { number: part.number, size: whole.size, etag, checksum: ofWhole };
  });
}
async function watched({ options, signal }, sending, work) {
  const stuck = new AbortController();
  const seconds = options.stallSeconds ?? STALL_SECONDS;
  let timer;
  const onProgress = (told) => {
    sending.onProgress?.(told);
    clearTimeout(timer);
    if (told.phase === "sending" && told.sent === null)
      return;
    const patience = seconds * (told.phase === "storing" ? STORING_STALLS : 1);
    timer = setTimeout(() => stuck.abort(standsStill()), 1000 * patience);
  };
  try {
    return await work({ ...sending, onProgress, signal: AbortSignal.any([signal, stuck.signal]) });
  }
  finally {
    clearTimeout(timer);
  }
}
function standsStill() {
  const detail = "Nothing moved for a while.";
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true, mayBeStored: true });
}
async function sendOnce(run, what, sending, attempt) {
  const reply = await send(what, sending.uploadUrl, sending, attempt);
  const stored = judge(reply);
  run.shared.heard = true;
  return stored;
}
function wayOf(run) {
  return { signal: run.signal, send: (what, address) => sendOnce(run, what, sendingOf(run, address), 1) };
}
function sendingOf({ facts, options, signal }, { url, headers = {}, grant }, sent) {
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
function refuseOtherBytes(stored, size, checksum) {
  const passed = stored.checksum?.startsWith(ALGORITHM) ? stored.checksum : checksum;
  if (stored.file_size === size && passed === checksum)
    return;
  const detail = "A part arrived with other bytes than the file has.";
  throw new UploadFailure({ code: "part_differs", detail, fault: "network", retryable: true });
}
function refuseOtherFile({ parts, ends }) {
  const checksums = new Map(parts.map((part) => [part.number, part.checksum]));
  const sent = [checksums.get(1), checksums.get(parts.length)];
  if (sent.join() !== ends.join())
    throw fileChanged(false);
}
function tell({ options, progress }, { failure, ...change }) {
  const sent = Math.max(progress.sent, change.sent ?? 0);
  Object.assign(progress, change, { sent });
  options.onProgress?.({ ...progress, ...(failure && { failure }) });
}
function showSent(run, parts) {
  const running = [...run.sending.values()].reduce((sum, bytes) => sum + bytes, 0);
  tell(run, { phase: "sending", partsDone: parts.length, sent: bytesOf(parts) + running });
}
function bytesOf(parts) {
  return parts.reduce((sum, part) => sum + part.size, 0);
}
async function insist(run, work) {
  const { maxRetries = RETRIES, offlineSeconds = OFFLINE_SECONDS } = run.options;
  let lostSince = 0;
  for (let attempt = 1, counted = 0;; attempt += 1) {
    try {
      return await work(attempt);
    }
    catch (error) {
      run.signal.throwIfAborted();
      const failure = mendable(error);
      if (!failure)
        throw error;
      const lost = failure.code === "network_failure" && (run.shared.heard || saysOffline());
      lostSince = lost ? lostSince || Date.now() : 0;
      if (lost ? Date.now() - lostSince > offlineSeconds * 1000 : ++counted > maxRetries)
        throw failure;
      const seconds = pauseSeconds(failure, Math.min(attempt, LONGEST_DOUBLING), pausesOf(run.options));
      if (seconds > LONGEST_PAUSE_SECONDS)
        throw failure;
      tell(run, { phase: "waiting", failure });
      await sleep(seconds, run.signal);
      await online(run, offlineSeconds);
    }
  }
}
function mendable(error) {
  if (error instanceof UploadFailure)
    return error.retryable || MENDED.includes(error.code) ? error : null;
  if (!(error instanceof TypeError))
    return null;
  const detail = `Your back end could not be reached: ${error.message}.`;
  return new UploadFailure({ code: "network_failure", detail, fault: "network", retryable: true });
}
function isGone(error) {
  return error instanceof NoSuchUpload || (error instanceof UploadFailure && GONE.includes(error.code));
}
function pausesOf({ serviceUrl, firstPauseMs }) {
  return { serviceUrl, uploadUrl: "", ...(firstPauseMs !== undefined && { firstPauseMs }) };
}
function saysOffline() {
  return typeof navigator !== "undefined" && navigator.onLine === false;
}
async function online(run, seconds) {
  if (!saysOffline())
    return;
  tell(run, { phase: "waiting" });
  const again = new AbortController();
  const hear = () => again.abort();
  globalThis.addEventListener("online", hear, { signal: run.signal });
  await sleep(seconds, AbortSignal.any([run.signal, again.signal])).catch(() => run.signal.throwIfAborted());
  globalThis.removeEventListener("online", hear);
}
function emptyFile() {
  const detail = "An empty file has no parts. Send it with `upload`.";
  return new UploadFailure({ code: "file_empty", detail, fault: "client" });
}
const READ_BYTES = MIB;
const WORDS = 256 * 16;
async function checksumOf(blob, signal) {
  let crc = [~0, ~0];
  for (let at = 0; at < blob.size; at += READ_BYTES) {
    signal?.throwIfAborted();
    const read = await blob.slice(at, at + READ_BYTES).arrayBuffer().catch(() => null);
    if (!read)
      throw fileChanged(false);
    crc = updated(crc, new DataView(read));
  }
  const digest = new DataView(new ArrayBuffer(8));
  digest.setInt32(0, ~crc[0]);
  digest.setInt32(4, ~crc[1]);
  return ALGORITHM + btoa(String.fromCharCode(...new Uint8Array(digest.buffer)));
}
function endsOf(file, plan) {
  const ends = [plan[0], plan.at(-1)].filter((part) => part !== undefined);
  return Promise.all(ends.map(({ start, end }) => checksumOf(file.slice(start, end))));
}
let table = null;
function updated([high, low], bytes) {
  const words = (table ??= tableOf());
  const whole = bytes.byteLength & ~7;
  for (let at = 0; at < whole; at += 8) {
    const first = low ^ bytes.getInt32(at, true);
    const second = high ^ bytes.getInt32(at + 4, true);
    high = low = 0;
    for (let byte = 0; byte < 4; byte += 1) {
      const one = ((7 - byte) * 256 + ((first >>> (8 * byte)) & 255)) * 2;
      const other = ((3 - byte) * 256 + ((second >>> (8 * byte)) & 255)) * 2;
      high ^= words[one] ^ words[other];
      low ^= words[one + 1] ^ words[other + 1];
    }
  }
  for (let at = whole; at < bytes.byteLength; at += 1) {
    const index = ((low ^ bytes.getUint8(at)) & 255) * 2;
    low = ((low >>> 8) | (high << 24)) ^ words[index + 1];
    high = (high >>> 8) ^ words[index];
  }
  return [high, low];
}
function tableOf() {
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
const S3_RULES = { mostParts: 10_000, leastBytes: 5 * MIB, mostBytes: 5 * 1024 * MIB, multipleOf: MIB };
function noEtag() {
  const detail = "The store gave no ETag for a part, and makes no object without.";
  throw new UploadFailure({ code: "no_etag", detail, fault: "storage" });
}
export function s3Parts(backEnd) {
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
