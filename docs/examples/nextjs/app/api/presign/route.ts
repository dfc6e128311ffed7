/** Signs a URL for one file. Knows the store and its keys, which never leave this server. */

import { randomUUID } from "node:crypto";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

const EXPIRES_SECONDS = 900;

const store = new S3Client({
  // Otherwise the SDK signs the checksum of an empty body, and storage refuses every real file.
  requestChecksumCalculation: "WHEN_REQUIRED",
  // Stores other than S3 seldom have a host name for each bucket.
  forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
});

export async function POST(request: Request) {
  // Ask here who it is: whoever gets a URL may store a file.
  const { type } = (await request.json()) as { type: string };
  const put = new PutObjectCommand({
    Bucket: process.env.S3_BUCKET,
    // A name of our own: the file's own may be anything, also that of another object.
    Key: `applications/${randomUUID()}`,
    ContentType: type,
  });
  const signableHeaders = new Set(["content-type"]);
  const uploadUrl = await getSignedUrl(store, put, { expiresIn: EXPIRES_SECONDS, signableHeaders });
  return Response.json({ uploadUrl, serviceUrl: process.env.UPLOAD_SERVICE_URL });
}
