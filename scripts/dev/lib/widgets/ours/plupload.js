import plupload from "plupload";
import { SERVICE, reason, sign } from "./service.js";

const say = (text) => (document.querySelector("#said").textContent = text);

const uploader = new plupload.Uploader({
  browse_button: "upload",
  url: SERVICE,
  init: {
    async FilesAdded(up, files) {
      try {
        for (const file of files) file.uploadUrl = await sign(file.getNative());
        up.start();
      } catch (error) {
        say(error.message);
      }
    },
    BeforeUpload(up, file) {
      up.setOption("multipart_params", { uploadUrl: file.uploadUrl, size: file.size });
    },
    FileUploaded: (up, file) => say(`Stored: ${file.name}`),
    Error: (up, error) => say(error.response === undefined ? error.message : reason(error.response)),
  },
});
uploader.init();
