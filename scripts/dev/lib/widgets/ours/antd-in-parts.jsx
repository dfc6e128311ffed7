import { Button, Upload } from "antd";
import { createRoot } from "react-dom/client";
import { storeInParts } from "./parts.js";

function send({ file, onProgress, onSuccess, onError }) {
  const cancel = new AbortController();
  // antd shows a response that is a text as the reason.
  storeInParts(file, (stored) => onProgress({ percent: (100 * stored) / file.size }), cancel.signal).then(
    () => onSuccess({}),
    (error) => onError(error, error.message),
  );
  return cancel;
}

createRoot(document.querySelector("#upload")).render(
  <Upload customRequest={send}>
    <Button>Choose a file</Button>
  </Upload>,
);
