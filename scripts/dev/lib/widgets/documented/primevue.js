// https://v4.primevue.org/fileupload/: auto mode, with its event `before-upload`
import PrimeVue from "primevue/config";
import FileUpload from "primevue/fileupload";
import { createApp } from "vue";
import { SERVICE, sign } from "../ours/service.js";

const uploadUrl = await sign({});

createApp({
  components: { FileUpload },
  template: `<FileUpload mode="basic" name="demo[]" :url="service" :auto="true" @before-upload="fields" />`,
  setup: () => ({ service: SERVICE, fields: (event) => event.formData.append("uploadUrl", uploadUrl) }),
})
  .use(PrimeVue)
  .mount("#upload");
