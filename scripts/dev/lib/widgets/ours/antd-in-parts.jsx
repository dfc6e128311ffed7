import { Button, Upload } from "antd";
import { createRoot } from "react-dom/client";
import { inParts } from "./parts.js";
import { uploadInParts } from "./upload-in-parts.ts";

function send({ file, onProgress, onSuccess, onError }) {
  const cancel = new AbortController();
  const show = ({ sent, total }) => onProgress({ percent: (100 * sent) / total });
  uploadInParts(file, { ...inParts, signal: cancel.signal, onProgress: show }).then(
    () => onSuccess({}),
    (error) => onError(error, error.message), // antd shows a response that is a text as the reason
  );
  return cancel;
}

createRoot(document.querySelector("#upload")).render(
  <Upload customRequest={send}>
    <Button>Choose a file</Button>
  </Upload>,
);
