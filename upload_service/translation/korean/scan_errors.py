"""Korean for what is told of the malware scan.

Rules: see `texts.py`. A sentence that names a limit or a finding has its value in braces.
"""

from collections.abc import Mapping

TEXTS: Mapping[str, str] = {
    "Malware found": "악성 코드 발견",
    "The malware scanner found something in the file; nothing was stored.": (
        "악성 코드 검사기가 파일에서 무언가를 찾았습니다. 아무것도 저장되지 않았습니다."
    ),
    "The malware scanner found {signature} in the file; nothing was stored.": (
        "악성 코드 검사기가 파일에서 {signature}을(를) 찾았습니다. 아무것도 저장되지 않았습니다."
    ),
    (
        "Do not send this file again; scan the device that it came from. If the finding is wrong, ask "
        "the operator."
    ): (
        "이 파일을 다시 보내지 말고, 파일이 온 기기를 검사하십시오. 잘못 찾은 것이라면 운영자에게 "
        "문의하십시오."
    ),
    "Too large to scan": "검사하기에 너무 큼",
    "The file, or what is packed in it, is larger than the malware scanner of this service looks at.": (
        "파일 또는 그 안에 압축된 내용이 이 서비스의 악성 코드 검사기가 살펴보는 크기보다 큽니다."
    ),
    "The file is larger than the {limit} bytes that this service can scan for malware.": (
        "파일이 이 서비스가 악성 코드를 검사할 수 있는 {limit}바이트보다 큽니다."
    ),
    "Send a smaller file, or one that is not packed so often; nothing is stored without a scan.": (
        "더 작은 파일이나 여러 번 압축하지 않은 파일을 보내십시오. 검사 없이는 아무것도 저장하지 않습니다."
    ),
    "Part cannot be scanned": "조각은 검사할 수 없음",
    (
        "The bytes are only a part of an object, and this service scans files for malware, which it can "
        "do with whole files only."
    ): (
        "이 바이트는 객체의 한 조각일 뿐인데, 이 서비스는 파일의 악성 코드를 검사하며 전체 파일만 "
        "검사할 수 있습니다."
    ),
    "Send the file whole, or ask the operator whether parts may pass without a scan.": (
        "파일을 통째로 보내거나, 조각이 검사 없이 통과해도 되는지 운영자에게 문의하십시오."
    ),
    "Malware scanner not available": "악성 코드 검사기를 쓸 수 없음",
    "The malware scanner of this service has given no verdict on the file; nothing was stored.": (
        "이 서비스의 악성 코드 검사기가 파일을 판정하지 못했습니다. 아무것도 저장되지 않았습니다."
    ),
    (
        "scan_detail in the log says why: start clamd if it is unreachable; if it is stalled or silent, "
        "give it more threads (MaxThreads) and processors, and raise UPLOAD_SCANNER_TIMEOUT_SECONDS for "
        "files that take it long."
    ): (
        "로그의 scan_detail이 이유를 말합니다. unreachable이면 clamd를 시작하고, stalled나 silent이면 "
        "스레드(MaxThreads)와 프로세서를 늘리고, 오래 걸리는 파일을 위해 "
        "UPLOAD_SCANNER_TIMEOUT_SECONDS를 늘리십시오."
    ),
}
