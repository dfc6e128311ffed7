import * as FilePond from "filepond";
import "filepond/dist/filepond.min.css";
import { storeInParts } from "./parts.js";

FilePond.create(document.querySelector("#upload"), {
  server: {
    process(name, file, metadata, load, error, progress, abort) {
      const cancel = new AbortController();
      storeInParts(file, (stored) => progress(true, stored, file.size), cancel.signal).then(
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
