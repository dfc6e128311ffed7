// https://ant.design/components/upload: its first example, with `data`
import { UploadOutlined } from "@ant-design/icons";
import { Button, message, Upload } from "antd";
import { createRoot } from "react-dom/client";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

const props = {
  name: "file",
  action: SERVICE,
  data: { uploadUrl },
  headers: { authorization: "authorization-text" },
  onChange(info) {
    if (info.file.status === "done") {
      message.success(`${info.file.name} file uploaded successfully`);
    } else if (info.file.status === "error") {
      message.error(`${info.file.name} file upload failed.`);
    }
  },
};

createRoot(document.querySelector("#upload")).render(
  <Upload {...props}>
    <Button icon={<UploadOutlined />}>Click to Upload</Button>
  </Upload>,
);
