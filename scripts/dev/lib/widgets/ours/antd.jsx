import { Button, Upload, message } from "antd";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { SERVICE, reason, sign } from "./service.js";

async function fields(file) {
  try {
    return { uploadUrl: await sign(file), size: file.size };
  } catch (error) {
    message.error(error.message);
    throw error;
  }
}

// antd shows a response that is a text as the reason.
const withReason = (file) =>
  file.status === "error" && typeof file.response !== "string"
    ? { ...file, response: reason(file.response) }
    : file;

function Files() {
  const [files, setFiles] = useState([]);
  return (
    <Upload
      action={SERVICE}
      data={fields}
      fileList={files}
      onChange={({ fileList }) => setFiles(fileList.map(withReason))}
    >
      <Button>Choose a file</Button>
    </Upload>
  );
}

createRoot(document.querySelector("#upload")).render(<Files />);
