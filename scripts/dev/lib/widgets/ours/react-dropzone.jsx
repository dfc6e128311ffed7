import axios from "axios";
import { useState } from "react";
import { createRoot } from "react-dom/client";
import { useDropzone } from "react-dropzone";
import { SERVICE, reason, sign } from "./service.js";

async function upload(file) {
  try {
    await axios.postForm(SERVICE, { uploadUrl: await sign(file), size: file.size, file }); // in this order
    return `Stored: ${file.name}`;
  } catch (error) {
    return error.response ? reason(error.response.data) : error.message;
  }
}

function Files() {
  const [said, say] = useState("");
  const { getRootProps, getInputProps } = useDropzone({
    onDropAccepted: async (files) => {
      for (const file of files) say(await upload(file));
    },
  });
  return (
    <div {...getRootProps()}>
      <input {...getInputProps()} />
      <p>Drop files here, or click to choose</p>
      <p role="status">{said}</p>
    </div>
  );
}

createRoot(document.querySelector("#upload")).render(<Files />);
