"""Korean: what is wrong with a signed token."""

TEXTS = {
    "The token of the request is malformed.": "요청의 토큰이 형식에 맞지 않습니다.",
    "The token of the request has expired.": "요청의 토큰이 만료되었습니다.",
    "The token of the request has no time at which it expires.": "요청의 토큰에 만료 시각이 없습니다.",
    "The token of the request is not valid yet.": "요청의 토큰은 아직 유효하지 않습니다.",
    "The token of the request is meant for another service.": "요청의 토큰은 다른 서비스를 위한 것입니다.",
    "The token of the request comes from another issuer.": "요청의 토큰은 다른 발급자가 발급한 것입니다.",
    "The token of the request is signed in a way that its key is not for.": (
        "요청의 토큰은 그 키에 허용되지 않은 방식으로 서명되었습니다."
    ),
    "The token is none of this service's own, and no signed token (JWT) either.": (
        "요청의 토큰은 이 서비스의 토큰이 아니며, 서명된 토큰(JWT)도 아닙니다."
    ),
    "The token of the request is signed with a key that its issuer did not publish when it was last asked.": (
        "발급자에게 마지막으로 물었을 때 발급자가 공개하지 않은 키로 요청의 토큰이 서명되어 있습니다."
    ),
    "The signature of the token does not fit.": "토큰의 서명이 맞지 않습니다.",
    "The claim {name} of the token is not what this service requires.": (
        "토큰의 {name} 클레임이 이 서비스가 요구하는 것과 다릅니다."
    ),
    "Too many uploads were started with tokens of this subject in a short time.": (
        "이 사용자의 토큰으로 짧은 시간에 너무 많은 업로드를 시작했습니다."
    ),
    "The subject of this token already runs as many uploads at once as it may.": (
        "이 토큰의 사용자에게 허용된 동시 업로드 수가 이미 찼습니다."
    ),
    "Token cannot be verified now": "지금은 토큰을 확인할 수 없음",
    "The identity provider that publishes the key of this token cannot be asked at the moment.": (
        "이 토큰의 키를 공개하는 인증 제공자에 지금은 물어볼 수 없습니다."
    ),
    (
        "Find identity_keys_failed in the log: it says why the provider's keys could not be had. Run "
        "upload-service --check with the same settings where the service runs."
    ): (
        "로그에서 identity_keys_failed를 찾으십시오. 제공자의 키를 얻지 못한 이유가 있습니다. 서비스가 "
        "실행되는 곳에서 같은 설정으로 upload-service --check를 실행하십시오."
    ),
}
