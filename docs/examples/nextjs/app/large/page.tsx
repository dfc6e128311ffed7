"use client";

import { useRef, useState } from "react";
import { partsBackEnd } from "../../parts-back-end";
import { UploadFailure } from "../../upload-client";
import { abandonUpload, s3Parts, uploadInParts, type PartsProgress } from "../../upload-in-parts";

export default function Large() {
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<PartsProgress | null>(null);
  const [said, setSaid] = useState("");
  const running = useRef<AbortController | null>(null);

  async function act(file: File, does: (file: File, signal: AbortSignal) => Promise<string>) {
    if (running.current) return; // a second click
    running.current = new AbortController();
    setProgress({ phase: "preparing", sent: 0, total: file.size, partsDone: 0, partsTotal: 0, remembered: 0 });
    setSaid("");
    try {
      setSaid(await does(file, running.current.signal));
    } catch (error) {
      setSaid(inWords(error));
    } finally {
      running.current = null;
      setProgress(null);
    }
  }

  const send = async (file: File, signal: AbortSignal) => {
    const { size } = await uploadInParts(file, { ...(await options()), signal, onProgress: setProgress });
    return `${file.name} is stored, all ${size} bytes of it.`;
  };
  const discard = async (file: File) =>
    (await abandonUpload(file, await options())) ? "What was stored is dropped." : "Nothing of this file was stored.";

  return (
    <main>
      <h1>A large file</h1>
      <p>It goes in parts. Reload the page, or come back tomorrow: pick the same file, and the rest is sent.</p>
      <p>
        <label>
          Your file: <input type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </label>
      </p>
      <p>
        <button disabled={!file || progress !== null} onClick={() => file && act(file, send)}>
          Send
        </button>
        <button disabled={progress === null} onClick={() => running.current?.abort()}>
          Pause
        </button>
        <button disabled={!file || progress !== null} onClick={() => file && act(file, discard)}>
          Discard
        </button>
      </p>
      {progress && <Progress of={progress} />}
      <p role="status">{said}</p>
    </main>
  );
}

const WORDS = {
  preparing: "Looking what is there …",
  sending: "Sending:",
  waiting: "Waiting for the network, or before another try:",
  completing: "All is sent. Making one file of the parts …",
};

function Progress({ of: { phase, sent, total, partsDone, partsTotal } }: { of: PartsProgress }) {
  const percent = Math.floor((100 * sent) / Math.max(total, 1));
  return (
    <label>
      {WORDS[phase]} {percent} %, {partsDone} of {partsTotal} parts <progress max={100} value={percent} />
    </label>
  );
}

async function options() {
  const response = await fetch("/api/service");
  if (!response.ok) throw new Error(`The service's address could not be had (status ${response.status}).`);
  const { serviceUrl } = (await response.json()) as { serviceUrl: string };
  return { serviceUrl, target: s3Parts(partsBackEnd("/api/parts")) };
}

function inWords(error: unknown): string {
  if (error instanceof DOMException && error.name === "AbortError") return "Paused. Send goes on.";
  if (!(error instanceof UploadFailure)) return String(error);
  if (error.code === "file_changed") return "The file has changed since you chose it. Choose it again.";
  return `Not all is stored (${error.code}). Send goes on with what is missing.`;
}
