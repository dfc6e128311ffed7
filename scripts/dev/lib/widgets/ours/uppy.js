import Uppy from "@uppy/core";
import Dashboard from "@uppy/dashboard";
import XHRUpload from "@uppy/xhr-upload";
import "@uppy/core/css/style.min.css";
import "@uppy/dashboard/css/style.min.css";
import { SERVICE, reason, sign } from "./service.js";

const uppy = new Uppy().use(Dashboard, { target: "#upload", inline: true }).use(XHRUpload, {
  endpoint: SERVICE,
  allowedMetaFields: ["uploadUrl", "size"],
  shouldRetry: () => false, // otherwise every refusal, with the whole file, is sent four times
  onAfterResponse(xhr) {
    if (xhr.status >= 400) throw new Error(reason(xhr.responseText));
  },
});

uppy.addPreProcessor(async (ids) => {
  for (const file of ids.map((id) => uppy.getFile(id))) {
    uppy.setFileMeta(file.id, { uploadUrl: await sign(file), size: file.size });
  }
});
// Uppy itself shows the reason only behind a question mark.
uppy.on("upload-error", (file, error) => uppy.info(`${file.name}: ${error.message}`, "error", 20_000));
uppy.on("error", (error) => uppy.info(error.message, "error", 20_000)); // no URL, say
