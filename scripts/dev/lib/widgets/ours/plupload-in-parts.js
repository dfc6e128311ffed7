import plupload from "plupload";
import { PART_BYTES, begin, finish, signAllParts, storedBytes } from "./parts.js";
import { SERVICE, reason } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const uploader = new plupload.Uploader({
  browse_button: "upload",
  url: SERVICE,
  chunk_size: PART_BYTES,
  init: {
    async FilesAdded(up, files) {
      try {
        for (const file of files) {
          file.inParts = await begin(file.getNative());
          file.uploadUrls = await signAllParts(file.inParts, file);
          file.loaded = storedBytes(file.inParts, file); // goes on from there
        }
        up.start();
      } catch (error) {
        say(error.message);
      }
    },
    BeforeChunkUpload(up, file, fields, chunk, offset) {
      fields.uploadUrl = file.uploadUrls[offset / PART_BYTES];
      fields.size = chunk.size;
    },
    async FileUploaded(up, file) {
      try {
        await finish(file.inParts, file.getNative());
        say(`Stored: ${file.name}`);
      } catch (error) {
        say(error.message);
      }
    },
    Error: (up, error) => say(error.response === undefined ? error.message : reason(error.response)),
  },
});
uploader.init();
