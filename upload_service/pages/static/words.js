/**
 * The texts of the page, in English and Korean, and how it writes numbers.
 *
 * Rules: page.html holds the English of its fixed parts; the service's sentences stay as they are.
 */

const WORDS = {
  ready: ["Ready", "준비됨"],
  needsUrl: ["Needs a presigned URL", "presigned URL이 필요합니다"],
  badUrl: ["Its line is not an http(s) URL", "http(s) URL이 아닙니다"],
  queued: ["Waits for its turn", "차례를 기다리는 중"],
  checking: ["Checking…", "확인하는 중…"],
  signing: ["Getting a URL…", "URL을 받는 중…"],
  sending: ["Sending {0}", "보내는 중 {0}"],
  storing: ["Storing…", "저장하는 중…"],
  storingAgain: ["Storing, try {0}…", "저장하는 중, {0}번째 시도…"],
  waiting: ["Storage failed, trying again in {0}", "스토리지 오류, {0} 후 다시 시도합니다"],
  stored: ["Stored", "저장됨"],
  storedAs: ["Stored as {0}", "{0} 이름으로 저장됨"],
  failed: ["Not stored", "저장되지 않음"],
  unknown: ["Not known whether it is stored", "저장되었는지 알 수 없음"],
  cancelled: ["Cancelled, nothing was stored", "취소됨, 저장되지 않음"],
  cancelledLate: ["Cancelled late, may be stored", "늦게 취소됨, 저장되었을 수 있음"],
  needsToken: ["Waits for the token", "토큰을 기다리는 중"],
  left: ["{0} left", "{0} 남음"],
  cancel: ["Cancel", "취소"],
  remove: ["Remove", "지우기"],
  again: ["Try again", "다시 시도"],
  view: ["View", "보기"],
  copy: ["Copy", "복사"],
  copied: ["Copied", "복사됨"],
  request: ["Request {0}", "요청 {0}"],
  noFiles: ["Choose files first.", "먼저 파일을 선택해 주세요."],
  noneGiven: ["The browser gave no file. Choose it with a click.", "브라우저가 파일을 넘겨주지 않았습니다. 클릭해서 선택해 주세요."],
  noUrl: ["Paste a presigned URL for the file first.", "먼저 presigned URL을 붙여 넣어 주세요."],
  tokenHint: ["It is kept until you leave this page.", "이 페이지를 떠나면 지워집니다."],
  tokenWrong: ["The service does not know this token.", "서비스가 모르는 토큰입니다."],
  offline: ["This computer is offline.", "인터넷에 연결되어 있지 않습니다."],
  unreachable: ["The service cannot be reached.", "서비스에 연결할 수 없습니다."],
  broke: ["The connection to the service broke.", "서비스와의 연결이 끊어졌습니다."],
  foreign: ["Something before the service answered, with status {0}.", "서비스 앞의 장치가 응답했습니다(상태 {0})."],
  foreign413: ["Something before the service refuses files of this size.", "서비스 앞의 장치가 이 크기의 파일을 받지 않습니다."],
  unsure: ["Whether the file was stored is not known.", "파일이 저장되었는지는 알 수 없습니다."],
  nothing: ["Nothing was stored.", "저장되지 않았습니다."],
  changed: [
    "The file has changed since it was chosen, or is a folder. Choose it again.",
    "선택한 뒤에 파일이 바뀌었거나 폴더입니다. 다시 선택해 주세요.",
  ],
  noSigner: [
    "The helper that gives a place for the file cannot be reached. If it was restarted, reload this page; or paste a URL.",
    "URL을 주는 도우미에 연결할 수 없습니다. 페이지를 새로 고치거나 URL을 붙여 넣어 주세요.",
  ],
  signerSaid: ["The helper gave no place for the file (status {0}).", "도우미가 URL을 주지 않았습니다(상태 {0})."],
};

const KO_FIXED = {
  what: "presigned URL로 파일을 스토리지에 올립니다.",
  drop: "여기에 파일을 놓거나 선택하세요",
  paste: "파일이나 이미지를 붙여 넣어도 됩니다",
  urls: "presigned URL 목록",
  urlsHint: "파일 순서대로 한 줄에 하나씩. 파일과 함께 이 서비스로 보내고 남기지 않습니다.",
  retry: "스토리지 오류 시 다시 시도",
  most: "최대",
  times: "회 더",
  start: "업로드",
  token: "서비스 토큰",
  goOn: "계속",
  files: "파일",
  errors: "오류",
};

/** For the most usual error codes. */
const KO_ERRORS = {
  url_expired: "URL이 만료되었습니다. 새 URL로 보내 주세요.",
  signature_mismatch: "URL의 서명이 이 요청과 맞지 않습니다.",
  access_denied: "스토리지가 접근을 거부했습니다.",
  url_not_signed: "서명이 없는 URL입니다.",
  type_not_allowed: "이 서비스가 받지 않는 종류의 파일입니다.",
  type_unrecognised: "파일의 종류를 알 수 없습니다.",
  no_such_bucket: "URL의 버킷이 없습니다.",
  invalid_upload_url: "올바른 업로드 URL이 아닙니다.",
  destination_not_allowed: "이 서비스가 업로드하지 않는 주소입니다.",
  file_too_large: "이 서비스가 받는 크기보다 큰 파일입니다.",
  rate_limited: "짧은 시간에 너무 많이 업로드했습니다.",
  too_busy: "지금 업로드가 너무 많습니다.",
  storage_unreachable: "스토리지에 연결할 수 없습니다.",
  storage_error: "스토리지에 오류가 났습니다.",
  storage_timeout: "스토리지가 제시간에 끝내지 못했습니다.",
};

const preferred = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase());
const language = preferred.find((code) => code === "ko" || code === "en") ?? "en";

/** The text of this name, with `value` filled in. */
export function say(name, value = "") {
  return WORDS[name][Number(language === "ko")].replace("{0}", value);
}

/** The sentences for a problem: in the page's language, if any, then the service's, if it differs. */
export function problemTexts({ code, detail }) {
  return language === "en" ? [detail, ""] : [KO_ERRORS[code] ?? "", detail];
}

/** Translates the page's fixed parts. */
export function translate() {
  document.documentElement.lang = language;
  if (language === "en") return;
  for (const part of document.querySelectorAll("[data-word]")) part.textContent = KO_FIXED[part.dataset.word];
}

const UNITS = ["byte", "kilobyte", "megabyte", "gigabyte"];

function quantity(value, unit, digits = 0, unitDisplay = "short") {
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay, maximumFractionDigits: digits }).format(value);
}

/** A number of bytes, or with `per` of bytes per second, in a fitting unit. */
export function bytes(count, per = "") {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(count || 1) / 3)));
  return quantity(count / 1000 ** power, UNITS[power] + per, power && 1, power || per ? "short" : "long");
}

/** A time in seconds, or in minutes from 90 s on. */
export function time(seconds) {
  return seconds < 90 ? quantity(Math.ceil(seconds), "second") : quantity(Math.round(seconds / 60), "minute");
}
