// Shows openapi.json with Swagger UI. A presigned URL typed here is a secret: nothing of it goes into the page's
// address, into storage, or into what the browser offers to fill in later.
"use strict";

const dark = matchMedia("(prefers-color-scheme: dark)");
const followTheme = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", followTheme);
followTheme();

document.addEventListener("focusin", ({ target }) => {
  if (target instanceof HTMLInputElement) target.autocomplete = "off";
});

// Swagger UI would fill the form with made-up values, which fit the patterns and are of no use.
function withEmptyFields(contract) {
  for (const { post } of Object.values(contract.paths)) {
    const form = post?.requestBody.content["multipart/form-data"].schema.properties ?? {};
    for (const field of Object.values(form)) if (!("default" in field)) field.example = "";
  }
  return contract;
}

// Swagger UI would send optional fields that are empty, and the service would refuse an empty size.
const leftOutWhenEmpty = (_original, { React }) => ({ onChange }) => {
  React.useEffect(() => void onChange(false), []);
  return null;
};

SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#contract",
  deepLinking: false,
  persistAuthorization: false,
  queryConfigEnabled: false,
  validatorUrl: null,
  tryItOutEnabled: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  supportedSubmitMethods: ["get", "post"],
  plugins: [
    {
      wrapComponents: { ParameterIncludeEmpty: leftOutWhenEmpty },
      statePlugins: {
        spec: { wrapActions: { updateJsonSpec: (update) => (contract) => update(withEmptyFields(contract)) } },
      },
    },
  ],
});
