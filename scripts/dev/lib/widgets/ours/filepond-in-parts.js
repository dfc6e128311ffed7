import * as FilePond from "filepond";
import "filepond/dist/filepond.min.css";
import { inParts } from "./parts.js";
import { uploadInParts } from "./upload-in-parts.ts";

FilePond.create(document.querySelector("#upload"), {
  server: {
    process(name, file, metadata, load, error, progress, abort) {
      const cancel = new AbortController();
      const onProgress = ({ sent, total }) => progress(true, sent, total);
      uploadInParts(file, { ...inParts, signal: cancel.signal, onProgress }).then(
        () => load(file.name),
        (fault) => cancel.signal.aborted || error(fault.message),
      );
      return {
        abort() {
          cancel.abort();
          abort();
        },
      };
    },
    revert: null, // otherwise undoing sends a DELETE to the page's own address
  },
  labelFileProcessingError: (error) => error.body,
});
