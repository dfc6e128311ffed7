import PrimeVue from "primevue/config";
import FileUpload from "primevue/fileupload";
import { createApp, ref } from "vue";
import { SERVICE, reason, sign } from "./service.js";

async function store(file) {
  const form = new FormData();
  form.append("uploadUrl", await sign(file));
  form.append("size", file.size);
  form.append("file", file);
  const answer = await fetch(SERVICE, { method: "POST", body: form });
  if (!answer.ok) throw new Error(reason(await answer.text()));
}

createApp({
  components: { FileUpload },
  template: `
    <FileUpload mode="basic" customUpload auto multiple @uploader="upload" />
    <p role="status">{{ said }}</p>`,
  setup() {
    const said = ref("");
    async function upload({ files }) {
      for (const file of files) {
        said.value = await store(file).then(() => `Stored: ${file.name}`, (error) => error.message);
      }
    }
    return { said, upload };
  },
})
  .use(PrimeVue)
  .mount("#upload");
