import getChunkedEnhancer, { CHUNK_EVENTS } from "@rpldy/chunked-sender";
import createUploader, { UPLOADER_EVENTS } from "@rpldy/uploader";
import { PART_BYTES, begin, finish, isStored, signPart } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const uploads = new Map();

const uploader = createUploader({
  destination: { url: SERVICE },
  inputFieldName: "file",
  enhancer: getChunkedEnhancer({ chunkSize: PART_BYTES }),
});

uploader.on(UPLOADER_EVENTS.ITEM_START, async (item) => {
  uploads.set(item.id, await begin(item.file));
});
uploader.on(CHUNK_EVENTS.CHUNK_START, async ({ item, chunk, chunkItem }) => {
  const upload = uploads.get(item.id);
  if (isStored(upload, chunk.index + 1)) return false; // skips it
  const { size } = chunkItem.file;
  return { sendOptions: { params: { uploadUrl: await signPart(upload, chunk.index + 1, size), size } } };
});
uploader.on(UPLOADER_EVENTS.ITEM_FINISH, async ({ id, file }) => {
  try {
    await finish(uploads.get(id), file);
    say(`Stored: ${file.name}`);
  } catch (error) {
    say(error.message);
  }
});
uploader.on(UPLOADER_EVENTS.ITEM_ERROR, ({ uploadResponse }) =>
  say(reason(uploadResponse.chunkUploadResponse?.response.data)),
);

document.querySelector("#upload").addEventListener("change", (event) => uploader.add(event.target.files[0]));
