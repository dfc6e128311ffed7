import qq from "fine-uploader";
import "fine-uploader/fine-uploader/fine-uploader-new.css";
import { SERVICE, sign } from "./service.js";

const uploader = new qq.FineUploader({
  element: document.querySelector("#upload"),
  request: { endpoint: SERVICE, inputName: "file", totalFileSizeName: "size" },
  failedUploadTextDisplay: { mode: "custom", responseProperty: "detail" },
  callbacks: {
    async onUpload(id) {
      try {
        uploader.setParams({ uploadUrl: await sign(uploader.getFile(id)) }, id);
      } catch (error) {
        throw { responseJSON: { detail: error.message } };
      }
    },
  },
});
