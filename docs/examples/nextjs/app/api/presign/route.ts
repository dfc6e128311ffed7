/** Signs a URL for one file. */

import { randomUUID } from "node:crypto";
import { PutObjectCommand } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { bucket, store } from "../store";

const EXPIRES_SECONDS = 900;

export async function POST(request: Request) {
  // Ask here who it is: whoever gets a URL may store a file.
  const { type } = (await request.json()) as { type: string };
  const put = new PutObjectCommand({
    Bucket: bucket,
    // A name of our own: the file's own may be anything, also that of another object.
    Key: `applications/${randomUUID()}`,
    ContentType: type,
  });
  const signableHeaders = new Set(["content-type"]);
  const uploadUrl = await getSignedUrl(store, put, { expiresIn: EXPIRES_SECONDS, signableHeaders });
  return Response.json({ uploadUrl, serviceUrl: process.env.UPLOAD_SERVICE_URL });
}
