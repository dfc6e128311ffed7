import * as FilePond from "filepond";
import "filepond/dist/filepond.min.css";
import { SERVICE, reason, sign } from "./service.js";

async function send(xhr, file) {
  const form = new FormData();
  form.append("uploadUrl", await sign(file));
  form.append("size", file.size);
  form.append("file", file, file.name);
  xhr.open("POST", SERVICE);
  xhr.send(form);
}

FilePond.create(document.querySelector("#upload"), {
  server: {
    process(name, file, metadata, load, error, progress, abort) {
      const xhr = new XMLHttpRequest();
      xhr.upload.onprogress = (event) => progress(event.lengthComputable, event.loaded, event.total);
      xhr.onload = () => (xhr.status === 200 ? load(file.name) : error(reason(xhr.responseText)));
      xhr.onerror = () => error(reason(""));
      send(xhr, file).catch((fault) => error(fault.message));
      return {
        abort() {
          xhr.abort();
          abort();
        },
      };
    },
    revert: null, // otherwise undoing sends a DELETE to the page's own address
  },
  labelFileProcessingError: (error) => error.body,
});
