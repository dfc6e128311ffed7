"""The upload widgets that are tried, and where each shows a person how an upload went.

Knows: selectors of Playwright, which see into shadow roots.
Rules: a widget's name is the name of its files. `ours/NAME.js` or `.jsx`, with `NAME.html` where it wants
markup of its own, is what docs/widgets.md shows. `documented/NAME.*` is the widget as its own documentation
sets it up, with our URL and our field only.
"""

from dataclasses import dataclass

SAID = '#said:has-text("Stored")'
SAID_OTHERWISE = '#said:not(:empty):not(:has-text("Stored"))'


@dataclass(frozen=True)
class Widget:
    """`packages`: those of npm, of which the first is the widget. `stored` and `failed`: what can be seen
    then. `reason`: what comes up when the mouse is over `failed`. `press`: the button that sends. `option`:
    cuts files into chunks. `signs`: our
    script fetches the URL, and asks first about a large file. `tested`: in CI as well. `folder`: where its
    packages are, if others need another version of them.
    """

    name: str
    title: str
    packages: tuple[str, ...]
    stored: str = SAID
    failed: str = SAID_OTHERWISE
    press: str = ""
    reason: str = ""
    option: str = ""
    signs: bool = True
    tested: bool = False
    folder: str = ""


WIDGETS = (
    Widget(
        "uppy",
        "Uppy",
        ("@uppy/xhr-upload", "@uppy/core", "@uppy/dashboard"),
        stored=".uppy-StatusBar.is-complete",
        failed=".uppy-Informer:has(p)",
        press=".uppy-StatusBar-actionBtn--upload",
        tested=True,
    ),
    Widget(
        "dropzone",
        "Dropzone",
        ("dropzone",),
        stored=".dz-success",
        failed=".dz-error",
        option="chunking: true, chunkSize: 1e6",
        reason=".dz-error-message",
        tested=True,
    ),
    Widget(
        "deltablot-dropzone",
        "Dropzone, the fork of deltablot",
        ("@deltablot/dropzone",),
        stored=".dz-success",
        failed=".dz-error",
        option="chunking: true, chunkSize: 1e6",
        reason=".dz-error-message",
    ),
    Widget(
        "filepond",
        "FilePond",
        ("filepond",),
        stored='[data-filepond-item-state="processing-complete"]',
        failed='[data-filepond-item-state="processing-error"] .filepond--file-status-main',
        tested=True,
    ),
    Widget(
        "antd",
        "antd Upload",
        ("antd", "react"),
        stored=".ant-upload-list-item-done",
        failed=".ant-upload-list-item-error, .ant-message-error",
        reason=".ant-tooltip, .ant-message-error",
        tested=True,
    ),
    Widget(
        "react-dropzone",
        "react-dropzone with axios",
        ("react-dropzone", "axios", "react"),
        stored='[role=status]:has-text("Stored")',
        failed='[role=status]:not(:empty):not(:has-text("Stored"))',
        tested=True,
    ),
    Widget(
        "element-plus",
        "Element Plus Upload",
        ("element-plus", "vue"),
        stored=".el-upload-list__item.is-success",
        failed=".el-message--error",
    ),
    Widget(
        "primevue",
        "PrimeVue FileUpload",
        ("primevue", "vue"),
        stored='[role=status]:has-text("Stored")',
        failed='[role=status]:not(:empty):not(:has-text("Stored"))',
    ),
    Widget(
        "vaadin",
        "Vaadin Upload",
        ("@vaadin/upload",),
        stored="vaadin-upload-file[complete]",
        failed="vaadin-upload-file [part=error]",
    ),
    Widget("blueimp", "jQuery File Upload", ("blueimp-file-upload", "jquery"), option="maxChunkSize: 1e6"),
    Widget("plupload", "Plupload", ("plupload",), option="chunk_size: '1mb'"),
    Widget(
        "fine-uploader",
        "Fine Uploader",
        ("fine-uploader",),
        stored=".qq-upload-success",
        failed=".qq-upload-fail .qq-upload-status-text",
        option="chunking: { enabled: true, partSize: 1e6 }",
    ),
    Widget("htmx", "htmx", ("htmx.org",), press="button", signs=False, tested=True),
    Widget(
        "form",
        "A plain form",
        (),
        stored='output:has-text("Stored"), pre:has-text("File uploaded successfully")',
        failed='output:has-text("."):not(:has-text("Stored")), pre:has-text("detail")',
        press="button",
        signs=False,
        tested=True,
    ),
)
