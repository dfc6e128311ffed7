"use client";

import { useRef, useState } from "react";
import { upload, UploadFailure, type UploadProgress } from "../../upload-client";

export default function Complete() {
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState<UploadProgress | null>(null);
  const [said, setSaid] = useState<{ failed: boolean; text: string } | null>(null);
  const running = useRef<AbortController | null>(null);

  async function send(file: File) {
    running.current = new AbortController();
    setSaid(null);
    setProgress({ phase: "sending", attempt: 1, sent: 0, total: file.size });
    try {
      const { uploadUrl, serviceUrl } = await presign(file);
      const stored = await upload(file, {
        serviceUrl,
        uploadUrl,
        contentType: typeOf(file), // as it was signed
        signal: running.current.signal,
        onProgress: setProgress,
      });
      setSaid({ failed: false, text: `${stored.filename} is stored, all ${stored.file_size} bytes of it.` });
    } catch (error) {
      setSaid({ failed: true, text: inWords(error) });
    } finally {
      running.current = null;
      setProgress(null);
    }
  }

  return (
    <main>
      <h1>Complete your application</h1>
      <p>
        <label>
          Your file: <input type="file" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </label>
      </p>
      <p>
        <button disabled={!file || progress !== null} onClick={() => file && send(file)}>
          Send
        </button>
        <button disabled={progress === null} onClick={() => running.current?.abort()}>
          Cancel
        </button>
      </p>
      {progress && <Progress of={progress} />}
      <p role="status" className={said?.failed ? "failed" : undefined}>
        {said?.text}
      </p>
    </main>
  );
}

function Progress({ of: progress }: { of: UploadProgress }) {
  switch (progress.phase) {
    case "sending": {
      const percent = Math.floor((100 * (progress.sent ?? 0)) / Math.max(progress.total, 1));
      return (
        <label>
          Sending: {percent} % <progress max={100} value={percent} />
        </label>
      );
    }
    case "storing":
      return (
        <label>
          All is sent. Storing … <progress />
        </label>
      );
    case "waiting":
      return <p>That did not work. Another try in {Math.ceil(progress.seconds)} seconds …</p>;
  }
}

async function presign(file: File): Promise<{ uploadUrl: string; serviceUrl: string }> {
  const response = await fetch("/api/presign", { method: "POST", body: JSON.stringify({ type: typeOf(file) }) });
  if (!response.ok) throw new Error(`No place for the file could be had (status ${response.status}).`);
  return response.json();
}

function typeOf(file: File): string {
  return file.type || "application/octet-stream";
}

function inWords(error: unknown): string {
  if (!(error instanceof UploadFailure)) {
    return error instanceof DOMException && error.name === "AbortError" ? "Cancelled." : String(error);
  }
  const id = error.requestId ? ` If you ask for help, give this number: ${error.requestId}.` : "";
  if (error.fault === "network") return `The connection is not good enough, or something is in its way.${id}`;
  if (error.code === "file_too_large") return "The file is too large.";
  if (error.code === "file_changed") return "The file has changed since you chose it. Choose it again.";
  return `The file could not be stored (${error.code}). ${error.retryable ? "Please try again later." : ""}${id}`;
}
