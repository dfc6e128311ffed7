/** What is asked of the store about one multipart upload. */

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  NotFound,
  paginateListParts,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { randomUUID } from "node:crypto";
import { bucket, store } from "../store";
import { isGone, Refused } from "./answers";
import type { Upload } from "./token";

const EXPIRES_SECONDS = 900;

export interface Part {
  number: number;
  size: number;
  etag: string;
}

/** The key is our own: a file's name may be anything, also that of another object. */
export async function create(user: string, size: number, type: string): Promise<Upload> {
  const key = `uploads/${user}/${randomUUID()}`;
  const made = await store.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key, ContentType: type }));
  return { user, key, uploadId: made.UploadId ?? "", size };
}

/** A URL for one part of exactly this size. */
export function sign(upload: Upload, number: number, size: number): Promise<string> {
  const part = new UploadPartCommand({ ...named(upload), PartNumber: number, ContentLength: size });
  const signableHeaders = new Set(["content-length"]);
  return getSignedUrl(store, part, { expiresIn: EXPIRES_SECONDS, signableHeaders });
}

export async function listed(upload: Upload): Promise<Part[]> {
  const parts: Part[] = [];
  for await (const page of paginateListParts({ client: store }, named(upload))) {
    for (const { PartNumber = 0, Size = 0, ETag = "" } of page.Parts ?? []) {
      parts.push({ number: PartNumber, size: Size, etag: ETag });
    }
  }
  return parts;
}

/** The object of these parts. When that was done before and the answer was lost, the same answer again. */
export async function complete(upload: Upload, parts: Omit<Part, "size">[]): Promise<object> {
  try {
    await refuseOtherParts(upload, parts);
    const made = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }));
    // The store may answer 200 and tell an error in the body; the SDK throws that as any other.
    const command = new CompleteMultipartUploadCommand({ ...named(upload), MultipartUpload: { Parts: made } });
    const { ETag } = await store.send(command);
    return { key: upload.key, size: upload.size, etag: ETag };
  } catch (error) {
    if (!isGone(error)) throw error;
    return finished(upload);
  }
}

/** The object is to have the size that was allowed, and the parts that the client has seen arrive. */
async function refuseOtherParts(upload: Upload, parts: Omit<Part, "size">[]): Promise<void> {
  const there = new Map((await listed(upload)).map((part) => [part.number, part]));
  const bare = (etag: string | undefined) => etag?.replaceAll('"', "");
  if (parts.some(({ number, etag }) => bare(there.get(number)?.etag) !== bare(etag))) {
    throw new Refused(409, "parts_differ");
  }
  const size = parts.reduce((sum, { number }) => sum + (there.get(number)?.size ?? 0), 0);
  if (size !== upload.size) throw new Refused(409, "size_differs");
}

/** Nothing but this upload could have made the object, as no other has its key. */
async function finished({ key }: Upload): Promise<object> {
  const head = await store.send(new HeadObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
    // Anything else, such as no right to ask, does not say that it is not there.
    throw error instanceof NotFound ? new Refused(404, "no_such_upload") : error;
  });
  return { key, size: head.ContentLength, etag: head.ETag };
}

export async function abort(upload: Upload): Promise<void> {
  await store.send(new AbortMultipartUploadCommand(named(upload)));
}

function named({ key, uploadId }: Upload) {
  return { Bucket: bucket, Key: key, UploadId: uploadId };
}
