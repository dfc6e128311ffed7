// https://react-dropzone.js.org, https://axios-http.com/docs/multipart: each its first example
import axios from "axios";
import { createRoot } from "react-dom/client";
import { useDropzone } from "react-dropzone";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

function MyDropzone() {
  const onDrop = (acceptedFiles) => {
    const form = new FormData();
    form.append("uploadUrl", uploadUrl);
    form.append("file", acceptedFiles[0]);
    axios.post(SERVICE, form);
  };
  const { getRootProps, getInputProps } = useDropzone({ onDrop });
  return (
    <div {...getRootProps()}>
      <input {...getInputProps()} />
      <p>Drag 'n' drop some files here, or click to select files</p>
    </div>
  );
}

createRoot(document.querySelector("#upload")).render(<MyDropzone />);
