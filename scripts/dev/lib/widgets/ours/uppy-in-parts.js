import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
import { inParts } from "./parts.js";
import { uploadInParts } from "./upload-in-parts.ts";

const uppy = new Uppy().use(Dashboard, { target: "#upload", inline: true });

uppy.addUploader(async (ids) => {
  const files = uppy.getFilesByIds(ids);
  uppy.emit("upload-start", files);
  for (const file of files) {
    const cancel = new AbortController();
    uppy.on("file-removed", ({ id }) => id === file.id && cancel.abort());
    const onProgress = ({ sent, total }) =>
      uppy.emit("upload-progress", file, { uploadStarted: Date.now(), bytesUploaded: sent, bytesTotal: total });
    try {
      await uploadInParts(file.data, { ...inParts, signal: cancel.signal, onProgress });
      uppy.emit("upload-success", file, { status: 200, body: {} });
    } catch (error) {
      if (!cancel.signal.aborted) uppy.emit("upload-error", file, error);
    }
  }
});
// Uppy itself shows the reason only behind a question mark.
uppy.on("upload-error", (file, error) => uppy.info(`${file.name}: ${error.message}`, "error", 20_000));
