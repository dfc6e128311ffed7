"""What must be true of judging a destination, for any text: `check` raises AssertionError when it is not.

Knows: an input is the value of the field uploadUrl; the destinations that an operator listed.
Rules: what is accepted means the same to a second parser, is sent as it was given, and is a listed host. Its
path stays below the listed one, and is that of an object, however it is normalised on its way.
Nothing but a refusal is raised. No value of the query gets into a message.
Must not know: the fuzzer, so that the tests can replay its inputs.
"""

import posixpath
import re
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

from upload_service.errors.upload_error import UploadError
from upload_service.presigned.allowed_destinations import parse_destinations
from upload_service.presigned.destination import UNSIGNED, Destination, judge_destination
from upload_service.presigned.known_schemes import SIGNATURE_SCHEMES
from upload_service.presigned.providers import PROVIDERS

LISTED = (
    "default",
    "https://storage.example.com/incoming",
    "http://127.0.0.1:9000/bucket",
    "https://[2001:db8::1]:8443",
    "https://*.eu.example.net/a%2Fb",
    "https://gated.example.com/in?unsigned",
)
ALLOWED = parse_destinations(",".join(LISTED))
NOW = 1795521600.0  # 2026-11-24T12:00:00Z
PORTS = {"https": 443, "http": 80}
# The known stores' hosts, read a second time and more loosely than in `presigned/providers.py`. A test fails
# when one of them is missing here.
HOSTS = re.compile(
    r"(?:storage|gated)\.example\.com|127\.0\.0\.1|2001:db8::1|[a-z0-9_-]+\.eu\.example\.net|"
    r"(?!(.*\.)?(compute|elb|execute-api|lambda-url)\.)"
    r"(.+\.(amazonaws\.(com(\.cn)?|eu)|r2\.cloudflarestorage\.com|blob\.storage\.azure\.net|"
    r"blob\.core\.(windows\.net|chinacloudapi\.cn|usgovcloudapi\.net)|googleapis\.com|backblazeb2\.com|"
    r"digitaloceanspaces\.com|wasabisys\.com|(gov-|fin-)?ncloudstorage\.com|ncpstorage\.com|"
    r"nhncloudservice\.com|scw\.cloud|cloud\.ovh\.(net|us)|your-objectstorage\.com|linodeobjects\.com|"
    r"vultrobjects\.com|exo\.io|cloud-object-storage\.appdomain\.cloud|oraclecloud\.com|"
    r"oci\.customer-oci\.com|storage\.dev|storage\.tigris\.dev|storjshare\.io|supabase\.co|"
    r"idrivee2\.com|contabostorage\.com|oss-[a-z0-9-]+\.aliyuncs\.com|[a-z0-9-]+\.oss\.aliyuncs\.com|"
    r"cos\.[a-z0-9-]+\.(myqcloud\.com|tencentcos\.cn)|obs\.[a-z0-9-]+\.myhuaweicloud\.(com|eu)))|"
    r"s3\.pub\d\.infomaniak\.cloud"
)
# Below these the listed paths lie, escapes undone.
FOLDERS = {"storage.example.com": "/incoming", "127.0.0.1": "/bucket", "gated.example.com": "/in"}
FOLDERS_BELOW = {".eu.example.net": "/a/b", ".supabase.co": "/storage/v1/s3"}
GOOGLES_OTHERS = re.compile(r"/+(\$?discovery|batch|download|resumable|storage|upload)(/|$)", re.IGNORECASE)
# The one path of these that a resumable session has; on the other host nothing else is known.
SESSIONS = re.compile(r"/upload/storage/v1/b/[a-z0-9._-]*[a-z0-9][a-z0-9._-]*/o")
# What an error may say that a URL has to hold.
SCHEMES = {scheme for provider in PROVIDERS for scheme in provider.signature_schemes} | {*SIGNATURE_SCHEMES}
EXPECTED = {parameter.expected for scheme in SCHEMES for parameter in scheme.parameters} | {
    part.expected for scheme in SCHEMES for part in (scheme.path, scheme.statement) if part
}
# As much of a value as nobody says by chance, with a digit as every signature has.
TELLING = re.compile(r"(?=.*\d).{16,}")


def check(given: bytes) -> None:
    """Judge `given`."""
    text = given.decode("latin-1")
    try:
        found = judge_destination(text, ALLOWED, NOW)
    except UploadError as error:
        _assert_silent(text, f"{error!r} {error} {error.detail}", error.entry.cause + error.entry.cure)
        return
    _assert_unambiguous(text, found)
    _assert_stays(found)
    _assert_gated(found)
    _assert_silent(text, f"{found!r} {found}", "")


def _assert_unambiguous(text: str, found: Destination) -> None:
    url, other = found.url, urlsplit(text)
    assert _with_plain_front(str(url)) == _with_plain_front(text)
    assert re.fullmatch(r"[\x21-\x7e]+", text)
    assert (other.scheme, _plain_host(other.hostname)) == (url.scheme, found.host)
    assert _plain_host(url.raw_host) == found.host
    assert (other.port or PORTS[other.scheme]) == url.port
    assert (other.username, other.password, url.raw_user) == (None, None, None)
    assert (other.path, other.query, other.fragment) == (url.raw_path, url.raw_query_string, "")
    assert url.raw_path_qs == text[text.index("/", len("https://")) :]
    assert HOSTS.fullmatch(found.host), found.host


def _assert_stays(found: Destination) -> None:
    by_domain = (each for domain, each in FOLDERS_BELOW.items() if found.host.endswith(domain))
    folder = FOLDERS.get(found.host) or next(by_domain, "")
    for depth, path in enumerate(_readings(found.url.raw_path)):
        if folder and (depth or folder != "/a/b"):
            assert f"{path}/".startswith(f"{folder}/"), path
        if found.host in ("storage.googleapis.com", "www.googleapis.com"):
            is_session = found.kind == "session" and SESSIONS.fullmatch(path)
            assert is_session or not GOOGLES_OTHERS.match(path), path
            assert is_session or found.host != "www.googleapis.com", path


def _assert_gated(found: Destination) -> None:
    """Only the listed folder does without a signature, and then without anything else in the query."""
    if found.signature_scheme != UNSIGNED:
        return
    assert found.host == "gated.example.com"
    names = [pair.partition("=")[0] for pair in found.url.raw_query_string.split("&")]
    assert sorted(names) in ([""], ["partNumber", "uploadId"]), names


def _readings(path: str) -> Iterator[str]:
    """What servers may make of a path that undo its escapes once or several times, and then its dots."""
    for _ in range(4):
        segments = [re.split(r"[;?#\0]", each)[0] for each in path.replace("\\", "/").split("/")]
        yield posixpath.normpath("/".join(re.sub(r"[\0-\x20]", "", each) for each in segments))
        path = unquote(path, encoding="latin-1")


def _plain_host(host: str | None) -> str:
    """In lower case, without the dot of an absolute name, and an IPv6 address in its shortest form."""
    plain = (host or "").lower()
    return ip_address(plain).compressed if ":" in plain else plain.removesuffix(".")


def _with_plain_front(text: str) -> str:
    """Scheme and host in lower case, without the scheme's own port; the rest as it was signed."""
    scheme, _, rest = text.partition("://")
    host, slash, target = rest.partition("/")
    front = f"{scheme}://{host}".lower().removesuffix(f":{PORTS[scheme.lower()]}")
    return front + slash + target


def _assert_silent(text: str, said: str, public: str) -> None:
    """No value of the query is said, unless it is public: in front, a parameter's name, in the catalogue."""
    front, _, query = text.partition("?")
    pairs = [pair.partition("=") for pair in query.split("&")]
    known = f"{front} {[name for name, _, _ in pairs]} {public}".lower()
    for expected in EXPECTED:
        said = said.replace(expected, "")
    for _, _, value in pairs:
        if TELLING.fullmatch(value) and value.lower() not in known:
            assert value not in said, "a value is said"
