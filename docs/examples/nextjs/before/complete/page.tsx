"use client";

/** The same page before: it sends the file straight to storage. Nothing leads here; it is for comparing. */

import { useState } from "react";

export default function Complete() {
  const [file, setFile] = useState<File | null>(null);
  const [said, setSaid] = useState("");

  async function send(file: File) {
    try {
      const { uploadUrl } = await presign(file);
      const response = await fetch(uploadUrl, {
        method: "PUT",
        headers: { "Content-Type": typeOf(file) }, // as it was signed
        body: file,
      });
      if (!response.ok) throw new Error(`Storage answered ${response.status}.`);
      setSaid(`${file.name} is stored.`);
    } catch (error) {
      setSaid(String(error)); // "TypeError: Failed to fetch", when the bucket's CORS rules do not name this origin
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
        <button disabled={!file} onClick={() => file && send(file)}>
          Send
        </button>
      </p>
      <p role="status">{said}</p>
    </main>
  );
}

async function presign(file: File): Promise<{ uploadUrl: string }> {
  const response = await fetch("/api/presign", { method: "POST", body: JSON.stringify({ type: typeOf(file) }) });
  if (!response.ok) throw new Error(`No place for the file could be had (status ${response.status}).`);
  return response.json();
}

function typeOf(file: File): string {
  return file.type || "application/octet-stream";
}
