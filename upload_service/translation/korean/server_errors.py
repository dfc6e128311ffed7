"""Korean. Failures of storage, of the connection to it, and of this service: `errors/catalogue/server.py`."""

TEXTS = {
    "Storage failed": "스토리지 오류",
    "Storage answered with an error of its own.": "스토리지가 자체 오류로 응답했습니다.",
    "Try again in a moment; if it stays, look at the storage provider's status.": (
        "잠시 뒤 다시 시도하십시오. 계속되면 스토리지 제공자의 상태를 확인하십시오."
    ),
    (
        "Look at the provider's status; storage_status, storage_code and storage_request_id in the log are "
        "what its support asks for."
    ): (
        "제공자의 상태를 확인하십시오. 제공자에게 문의할 때는 로그의 storage_status, storage_code, "
        "storage_request_id가 필요합니다."
    ),
    "Storage asks to slow down": "스토리지의 속도 제한",
    "Storage says that it gets too many requests.": "스토리지가 요청이 너무 많다고 응답했습니다.",
    (
        "Spread the keys over more prefixes or ask the provider for a higher rate; callers of the retry "
        "endpoint wait by themselves."
    ): (
        "키를 더 많은 접두사로 나누거나, 제공자에게 더 높은 한도를 요청하십시오. 재시도 엔드포인트의 "
        "호출자는 저절로 기다립니다."
    ),
    "Storage too slow": "너무 느린 스토리지",
    "Storage did not finish in time.": "스토리지가 제시간에 끝내지 못했습니다.",
    (
        "Compare storage_ms in the log with TIMEOUT_SECONDS: raise it for large files on a slow line, else "
        "look at the provider's status."
    ): (
        "로그의 storage_ms를 TIMEOUT_SECONDS와 비교하십시오. 느린 회선에서 큰 파일을 보낸다면 값을 올리고, "
        "아니면 제공자의 상태를 확인하십시오."
    ),
    "Storage is full": "가득 찬 스토리지",
    "Storage has no room left for the file.": "스토리지에 파일을 저장할 공간이 남아 있지 않습니다.",
    "Tell the owner of the bucket: nothing can be stored until there is room or a higher quota.": (
        "버킷 소유자에게 알리십시오. 공간이 생기거나 할당량이 늘 때까지 아무것도 저장할 수 없습니다."
    ),
    (
        "Raise the quota, delete objects or add disks: storage_code in the log says which limit was "
        "reached. Nothing is tried again until callers send again."
    ): (
        "할당량을 늘리거나, 객체를 삭제하거나, 디스크를 추가하십시오. 어떤 한도에 도달했는지는 로그의 "
        "storage_code에 있습니다. 호출자가 다시 보내기 전에는 아무것도 다시 시도하지 않습니다."
    ),
    "Account disabled at storage": "비활성화된 스토리지 계정",
    "The account or the bucket is disabled, suspended or not paid for.": (
        "계정이나 버킷이 비활성화 또는 정지되었거나, 요금이 지불되지 않았습니다."
    ),
    "Tell the owner of the bucket: only the provider can enable it again.": (
        "버킷 소유자에게 알리십시오. 제공자만 다시 활성화할 수 있습니다."
    ),
    "Look at the account's page at the provider: bills, trial period, abuse reports.": (
        "제공자의 계정 페이지에서 청구서, 체험 기간, 남용 신고를 확인하십시오."
    ),
    "Refused before storage": "스토리지 앞에서 거부됨",
    "A server in front of the store has answered in its place.": (
        "스토리지 앞에 있는 서버가 스토리지 대신 응답했습니다."
    ),
    "Check the URL's scheme and host; if they are right, tell whoever runs the store.": (
        "URL의 스킴과 호스트를 확인하십시오. 올바르다면 스토리지를 운영하는 쪽에 알리십시오."
    ),
    (
        "Look at the proxy, firewall or login page in front of the store: after a 413 raise its limit on "
        "bodies (nginx: client_max_body_size), after a 401, 403 or 405 let signed PUTs pass, after a "
        "redirect sign URLs with https."
    ): (
        "스토리지 앞의 프록시, 방화벽, 로그인 페이지를 확인하십시오. 413이면 본문 크기 제한을 "
        "올리고(nginx: client_max_body_size), 401, 403, 405이면 서명된 PUT을 통과시키고, 리다이렉트이면 "
        "https로 URL을 서명하십시오."
    ),
    "Storage stalled": "멈춘 스토리지",
    "Storage took no bytes for too long.": "스토리지가 너무 오랫동안 바이트를 받지 않았습니다.",
    (
        "Look at the way to storage (NAT, proxy, MTU) when several hosts stall, at the provider's status "
        "when one does."
    ): (
        "여러 호스트가 멈추면 스토리지까지의 경로(NAT, 프록시, MTU)를, 하나만 멈추면 제공자의 상태를 "
        "확인하십시오."
    ),
    "Storage's answer is broken": "잘못된 스토리지 응답",
    "Storage's answer is broken, or it is not an object store's answer to an upload.": (
        "스토리지의 응답이 깨졌거나, 오브젝트 스토리지가 업로드에 하는 응답이 아닙니다."
    ),
    "Check that host and port of the URL are the store's own; a broken answer may pass by itself.": (
        "URL의 호스트와 포트가 스토리지의 것인지 확인하십시오. 깨진 응답은 저절로 해결될 수 있습니다."
    ),
    (
        "Something in between may answer in storage's place: ask the host of the log event with curl -v "
        "from where the service runs. For a store that gives no ETag, list its URL in UPLOAD_DESTINATIONS "
        "with ?etag=optional behind it."
    ): (
        "중간의 무언가가 스토리지 대신 응답했을 수 있습니다. 서비스가 실행되는 곳에서 로그 이벤트의 "
        "호스트에 curl -v로 요청해 보십시오. ETag를 주지 않는 스토리지라면 그 URL 뒤에 ?etag=optional을 "
        "붙여 UPLOAD_DESTINATIONS에 넣으십시오."
    ),
    "Storage's name does not resolve": "해석되지 않는 스토리지 이름",
    "The host name in uploadUrl could not be resolved.": "uploadUrl의 호스트 이름을 해석할 수 없었습니다.",
    "Check the host name where the URL is signed; if it is right, try again in a moment.": (
        "URL을 서명하는 곳에서 호스트 이름을 확인하십시오. 올바르다면 잠시 뒤 다시 시도하십시오."
    ),
    (
        "Look up the host of the log event from where the service runs; if others resolve, the signer "
        "wrote the wrong name."
    ): (
        "서비스가 실행되는 곳에서 로그 이벤트의 호스트를 조회하십시오. 다른 이름이 해석된다면 서명하는 "
        "쪽이 이름을 잘못 쓴 것입니다."
    ),
    "Storage not reachable": "연결되지 않는 스토리지",
    "No connection to storage could be made.": "스토리지에 연결할 수 없습니다.",
    (
        "Connect to the host of the log event from where the service runs; look at security groups, routes "
        "and the NAT's free ports."
    ): (
        "서비스가 실행되는 곳에서 로그 이벤트의 호스트에 연결해 보십시오. 보안 그룹, 라우팅, NAT에 남은 "
        "포트를 확인하십시오."
    ),
    "Connection to storage broke": "끊긴 스토리지 연결",
    "The connection to storage broke before it had answered.": "스토리지가 응답하기 전에 연결이 끊겼습니다.",
    "A few are normal; many at once mean a proxy, NAT or load balancer in between that ends connections.": (
        "가끔 나는 것은 정상입니다. 한꺼번에 많이 난다면 중간의 프록시, NAT, 로드 밸런서가 연결을 끊는 "
        "것입니다."
    ),
    "TLS with storage failed": "스토리지와의 TLS 실패",
    "No trusted TLS connection to storage could be made.": (
        "스토리지와 신뢰할 수 있는 TLS 연결을 맺을 수 없습니다."
    ),
    "Check the store's certificate; for a private store the operator sets SSL_CERT_FILE.": (
        "스토리지의 인증서를 확인하십시오. 사설 스토리지라면 운영자가 SSL_CERT_FILE을 설정합니다."
    ),
    (
        "Renew the store's certificate, or name its authority in SSL_CERT_FILE; a proxy that opens TLS "
        "looks the same."
    ): (
        "스토리지의 인증서를 갱신하거나, 그 인증 기관을 SSL_CERT_FILE에 지정하십시오. TLS를 열어 보는 "
        "프록시가 있어도 이렇게 보입니다."
    ),
    "Stored bytes differ": "저장된 바이트가 다름",
    "Storage accepted the file, but the checksum of what it stored is not the file's checksum.": (
        "스토리지가 파일을 받았지만, 스토리지가 알려 준 저장 내용의 체크섬이 파일의 체크섬과 다릅니다."
    ),
    "Send the file again to the same key, and do not use the object that is there.": (
        "같은 키로 파일을 다시 보내고, 지금 있는 객체는 사용하지 마십시오."
    ),
    (
        "Do not trust the object, and tell the provider: bytes changed on the way or there. If it stays "
        "with one store, its checksums may be of another kind: see UPLOAD_VERIFY."
    ): (
        "객체를 믿지 말고 제공자에게 알리십시오. 전송 중이나 스토리지에서 바이트가 바뀌었습니다. 한 "
        "스토리지에서만 계속되면 체크섬의 종류가 다를 수 있습니다. UPLOAD_VERIFY를 보십시오."
    ),
    "Probably stored already": "이미 저장된 것으로 보임",
    (
        "An earlier attempt of this upload broke off without an answer, and storage now says that the "
        "object exists: it is probably this file."
    ): (
        "이 업로드의 앞선 시도가 응답 없이 끊겼고, 이제 스토리지는 객체가 이미 존재한다고 합니다. 아마 이 "
        "파일일 것입니다."
    ),
    "Compare the object's size or checksum with the file's before you send it again.": (
        "다시 보내기 전에 객체의 크기나 체크섬을 파일의 것과 비교하십시오."
    ),
    (
        "Do nothing if it is rare; otherwise find out why storage's answers get lost (see "
        "storage_disconnected)."
    ): (
        "드물게 나면 그대로 두십시오. 아니면 스토리지의 응답이 왜 사라지는지 "
        "찾으십시오(storage_disconnected 참고)."
    ),
    "Too many uploads": "업로드가 너무 많음",
    "The service already runs as many uploads at once as it may.": (
        "서비스가 이미 받을 수 있는 만큼의 업로드를 동시에 처리하고 있습니다."
    ),
    "Add instances, or raise UPLOAD_MAX_CONCURRENT if memory and CPU are free.": (
        "인스턴스를 늘리거나, 메모리와 CPU에 여유가 있으면 UPLOAD_MAX_CONCURRENT를 올리십시오."
    ),
    "Made room for another upload": "다른 업로드에 자리를 내줌",
    (
        "All places of the service were taken, and this upload's sender was the slowest; nothing was stored."
    ): "서비스의 자리가 모두 찼고 이 업로드가 가장 느리게 보내고 있었습니다. 저장된 것은 없습니다.",
    "Send the file again after the seconds in Retry-After, from a faster network if you can.": (
        "Retry-After에 적힌 초가 지난 뒤, 가능하면 더 빠른 네트워크에서 파일을 다시 보내십시오."
    ),
    (
        "A few are slow devices. Many are somebody who holds places without sending: see client in the "
        "log; name your proxies in UPLOAD_TRUSTED_PROXIES, so that a client's places are counted."
    ): (
        "몇 번 정도는 느린 기기입니다. 많으면 누군가 보내지 않으면서 자리만 차지하는 것입니다. 로그의 "
        "client를 보고, 클라이언트별로 자리를 셀 수 있도록 프록시를 UPLOAD_TRUSTED_PROXIES에 적으십시오."
    ),
    "No room to keep the file": "파일을 보관할 공간 없음",
    "The service has no room left to keep this file while it waits.": (
        "이 파일이 기다리는 동안 보관할 공간이 서비스에 남아 있지 않습니다."
    ),
    "Put uploadUrl before the file, so that nothing has to wait, or try again in a moment.": (
        "기다릴 필요가 없도록 uploadUrl을 파일 앞에 두거나, 잠시 뒤 다시 시도하십시오."
    ),
    (
        "Let callers send uploadUrl first; else raise UPLOAD_SPOOL_DISK_BYTES and the volume at "
        "UPLOAD_SPOOL_DIR, and look whether that disk has failed."
    ): (
        "호출자가 uploadUrl을 먼저 보내게 하십시오. 아니면 UPLOAD_SPOOL_DISK_BYTES와 UPLOAD_SPOOL_DIR의 "
        "볼륨을 늘리고, 그 디스크가 고장 나지 않았는지 확인하십시오."
    ),
    "Shutting down": "종료 중",
    "The service is stopping and could not finish this upload.": (
        "서비스가 종료 중이어서 이 업로드를 끝낼 수 없었습니다."
    ),
    "Send the file again; another instance will take it.": (
        "파일을 다시 보내십시오. 다른 인스턴스가 받습니다."
    ),
    (
        "If it comes with every rollout, raise UPLOAD_SHUTDOWN_SECONDS, and with it the time that the "
        "platform gives before it kills the process. If it comes without one, find out who stops the "
        "service."
    ): (
        "배포할 때마다 난다면 UPLOAD_SHUTDOWN_SECONDS를 올리고, 플랫폼이 프로세스를 강제 종료하기까지의 "
        "시간도 함께 늘리십시오. 배포와 상관없이 난다면 누가 서비스를 멈추는지 찾으십시오."
    ),
    "File taken in part": "일부만 받은 파일",
    "The resumable session of the URL has taken a part of the file only.": (
        "URL의 재개 가능한 세션이 파일의 일부만 받았습니다."
    ),
    (
        "Ask the session how far it is, with header:content-range bytes */* and an empty file, and send "
        "the rest; or send the whole file again."
    ): (
        "header:content-range를 bytes */*로 하여 빈 파일을 보내 세션이 어디까지 받았는지 묻고 나머지를 "
        "보내십시오. 또는 파일 전체를 다시 보내십시오."
    ),
    "A few are normal for large files; many mean that something in between cuts connections.": (
        "큰 파일에서 가끔 나는 것은 정상입니다. 많으면 중간의 무언가가 연결을 끊고 있는 것입니다."
    ),
    "Internal error": "내부 오류",
    "Something unexpected went wrong in the service.": "서비스에서 예상하지 못한 문제가 발생했습니다.",
    "Try again; if it stays, give the operator the request_id.": (
        "다시 시도하십시오. 계속되면 운영자에게 request_id를 알려 주십시오."
    ),
    "Find the event internal_error with the same request_id: it names the classes and lines; report them.": (
        "로그에서 같은 request_id의 internal_error 이벤트를 찾으십시오. 클래스와 줄 번호가 있으니 함께 "
        "신고하십시오."
    ),
}
