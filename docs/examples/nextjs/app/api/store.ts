/** The store and its keys, which never leave this server. */

import { S3Client } from "@aws-sdk/client-s3";

export const store = new S3Client({
  // Otherwise the SDK signs the checksum of an empty body, and storage refuses every real file.
  requestChecksumCalculation: "WHEN_REQUIRED",
  // Stores other than S3 seldom have a host name for each bucket.
  forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
});
export const bucket = process.env.S3_BUCKET;
