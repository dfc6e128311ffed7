import AwsS3 from "@uppy/aws-s3";
import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
import { PART_BYTES, backEnd, begin, finish, signPart } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const uppy = new Uppy().use(Dashboard, { target: "#upload", inline: true }).use(AwsS3, {
  shouldUseMultipart: true,
  getChunkSize: () => PART_BYTES,
  createMultipartUpload: async (file) => named(await begin(file.data)),
  listParts: async (file) =>
    (await begin(file.data)).parts.map(({ number, size, etag }) => ({ PartNumber: number, Size: size, ETag: etag })),
  signPart: async (file, { uploadId, partNumber, body }) => ({
    url: await signPart({ id: uploadId }, partNumber, body.size),
  }),
  async uploadPartBytes({ signature, body, onProgress, onComplete, signal }) {
    const form = new FormData();
    form.append("uploadUrl", signature.url);
    form.append("size", body.size);
    form.append("file", body, "part");
    const answer = await fetch(SERVICE, { method: "POST", body: form, signal });
    const text = await answer.text();
    if (!answer.ok) throw Object.assign(new Error(reason(text)), { source: answer });
    onProgress({ lengthComputable: true, loaded: body.size });
    const { etag } = JSON.parse(text);
    onComplete(etag);
    return { ETag: etag };
  },
  async completeMultipartUpload(file, { uploadId }) {
    await finish({ id: uploadId }, file.data);
    return {};
  },
  abortMultipartUpload: (file, { uploadId }) => backEnd.abort(uploadId),
});

const named = ({ id }) => ({ uploadId: id, key: id });

// What was begun before the page was loaded again goes on, as if the golden retriever had remembered it.
uppy.addPreProcessor(async (ids) => {
  for (const file of ids.map((id) => uppy.getFile(id))) {
    const upload = await begin(file.data);
    if (upload.parts.length > 0) uppy.setFileState(file.id, { s3Multipart: named(upload) });
  }
});
uppy.on("upload-error", (file, error) => uppy.info(`${file.name}: ${error.message}`, "error", 20_000));
