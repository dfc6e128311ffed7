/**
 * The token of an upload: what it is and whose, signed by this server.
 *
 * Rules: every route but `create` wants it back, so nothing is kept here, and nobody signs parts of another's upload.
 */

import { createHmac, timingSafeEqual } from "node:crypto";
import { Refused } from "./answers";

export interface Upload {
  user: string;
  key: string;
  uploadId: string;
  size: number;
}

export function tokenOf(upload: Upload): string {
  const content = Buffer.from(JSON.stringify(upload)).toString("base64url");
  return `${content}.${macOf(content).toString("base64url")}`;
}

/** The upload that a token names, if this server has signed the token for this user. */
export function uploadOf(token: unknown, user: string): Upload {
  const [content = "", mac = ""] = String(token).split(".");
  const [said, right] = [Buffer.from(mac, "base64url"), macOf(content)];
  if (said.length !== right.length || !timingSafeEqual(said, right)) throw new Refused(403, "foreign_upload");
  const upload = JSON.parse(Buffer.from(content, "base64url").toString()) as Upload;
  if (upload.user !== user) throw new Refused(403, "foreign_upload");
  return upload;
}

function macOf(content: string): Buffer {
  const secret = process.env.UPLOAD_TOKEN_SECRET;
  if (!secret) throw new Error("UPLOAD_TOKEN_SECRET is missing: without it anybody could sign parts.");
  return createHmac("sha256", secret).update(content).digest();
}
