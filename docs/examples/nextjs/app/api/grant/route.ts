/** Signs a URL for one file, and the grant without which the service takes none: this URL, this size, these types. */

import { createHash, randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { SignJWT } from "jose";
import { bucket, store } from "../store";

const EXPIRES_SECONDS = 300;
const MOST_BYTES = 10_000_000;
const TYPES = ["image/png", "image/jpeg", "application/pdf"];

export async function POST(request: Request) {
  // Ask here whatever decides who may upload: a session, a captcha, a rate.
  const { type } = (await request.json()) as { type: string };
  const put = new PutObjectCommand({ Bucket: bucket, Key: `grants/${randomUUID()}`, ContentType: type });
  const signableHeaders = new Set(["content-type"]);
  const uploadUrl = await getSignedUrl(store, put, { expiresIn: EXPIRES_SECONDS, signableHeaders });
  return Response.json({ uploadUrl, grant: await grantFor(uploadUrl), serviceUrl: process.env.UPLOAD_SERVICE_URL });
}

function grantFor(uploadUrl: string): Promise<string> {
  const url_sha256 = createHash("sha256").update(uploadUrl).digest("base64url");
  return new SignJWT({ url_sha256, max_bytes: MOST_BYTES, types: TYPES })
    .setProtectedHeader({ alg: "HS256", typ: "upload-grant+jwt" })
    .setExpirationTime(`${EXPIRES_SECONDS}s`)
    .sign(new TextEncoder().encode(process.env.UPLOAD_GRANT_KEY));
}
