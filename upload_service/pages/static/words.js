/**
 * The texts of the page's script, in English and Korean, and how it writes numbers.
 *
 * Rules: the service chooses the language; it writes the page's fixed parts, and its own sentences, in it.
 */

const WORDS = {
  ready: ["Ready", "준비됨"],
  needsUrl: ["Needs a presigned URL", "presigned URL이 필요합니다"],
  badUrl: ["Its line is not an http(s) URL", "http(s) URL이 아닙니다"],
  queued: ["Waits for its turn", "차례를 기다리는 중"],
  checking: ["Checking…", "확인하는 중…"],
  signing: ["Getting a URL…", "URL을 받는 중…"],
  sending: ["Sending {0}", "보내는 중 {0}"],
  interrupted: ["Interrupted at {0}. Choose the same file again to go on.", "{0}에서 중단됨. 같은 파일을 다시 선택하면 이어서 보냅니다."],
  goesOn: ["Goes on from {0}", "{0}부터 이어서 보내는 중"],
  pausing: ["Interrupted, going on soon…", "중단됨, 곧 이어서 보냅니다…"],
  storing: ["Storing…", "저장하는 중…"],
  scanning: ["Scanning…", "검사하는 중…"],
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
  foreign: ["A proxy in front answered, not the service, with status {0}.", "서비스가 아니라 앞에 있는 프록시가 응답했습니다(상태 {0})."],
  tooLargeInFront: ["The proxy in front refuses files of this size, with status {0}.", "앞에 있는 프록시가 이 크기의 파일을 거부했습니다(상태 {0})."],
  noneBehind: ["The proxy in front gets no answer from the service, status {0}.", "앞에 있는 프록시가 서비스의 응답을 받지 못했습니다(상태 {0})."],
  unsure: ["Whether the file was stored is not known.", "파일이 저장되었는지는 알 수 없습니다."],
  kept: ["What was sent is kept, and another try goes on from there.", "보낸 부분은 남아 있어, 다시 시도하면 이어서 보냅니다."],
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

const language = document.documentElement.lang;

/** The text of this name, with `value` filled in. */
export function say(name, value = "") {
  return WORDS[name][Number(language === "ko")].replace("{0}", () => value); // a name may have a $
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
