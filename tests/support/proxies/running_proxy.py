"""nginx, Caddy, HAProxy and Apache httpd in front of a service, as docs/proxies.md sets them up.

Knows: how each is started in a folder of its own, and what beside the page's lines that needs.
Rules: the lines are the page's; only ports, names and files are replaced. They listen on 127.0.0.1 only.
"""

import os
import re
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest
import trustme
from local import ports

PAGE = Path(__file__).resolve().parents[3] / "docs" / "proxies.md"
NAME = "upload.example.com"
# Where packages put a server's program, which not everybody has on the PATH.
PROGRAMS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin"])
START_SECONDS = 90
START_TRIES = 3


@dataclass(frozen=True)
class Kind:
    """One of them: its block on the page, and how it is run with a configuration that is made around it."""

    name: str
    # The language of its block on the page.
    block: str
    around: Callable[[str, Path], str]
    command: Callable[[Path, Path], list[str]]
    environment: Mapping[str, str]

    def __str__(self) -> str:
        return self.name


def _nginx(lines: str, folder: Path) -> str:
    temporary = "".join(
        f"{each}_temp_path {folder}/{each};\n"
        for each in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nuser root root;\npid {folder}/pid;\nerror_log stderr info;\nworker_processes 1;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{lines}}}\n"
    )


def _caddy(lines: str, folder: Path) -> str:
    own = f"admin off\nauto_https off\ndefault_bind 127.0.0.1\nstorage file_system {folder}/storage"
    return f"{{\n{own}\nservers {{\nprotocols h1 h2\n}}\n}}\n{lines}"


def _haproxy(lines: str, folder: Path) -> str:
    return f"global\n    log stderr format raw local0 info\n    maxconn 200\n{lines}"


APACHE_MODULES = ("mpm_event", "authz_core", "ssl", "http2", "reqtimeout", "proxy", "proxy_http")


def _apache(lines: str, folder: Path) -> str:
    modules = "".join(
        f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so\n" for each in APACHE_MODULES
    )
    return (
        f"ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile {folder}/pid\nServerName localhost\n"
        f"User nobody\nGroup nogroup\nErrorLog /dev/stderr\nMutex file:{folder}\n{modules}{lines}"
    )


NGINX = Kind(
    "nginx", "nginx", _nginx,
    lambda file, folder: ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(file)], {},
)  # fmt: skip
CADDY = Kind(
    "caddy", "caddyfile", _caddy,
    lambda file, _: ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)],
    {"XDG_CONFIG_HOME": "{folder}", "XDG_DATA_HOME": "{folder}", "HOME": "{folder}"},
)  # fmt: skip
HAPROXY = Kind("haproxy", "haproxy", _haproxy, lambda file, _: ["haproxy", "-db", "-f", str(file)], {})
APACHE = Kind(
    "apache2", "apache", _apache, lambda file, _: ["apache2", "-D", "FOREGROUND", "-f", str(file)], {}
)
KINDS = [pytest.param(kind, marks=getattr(pytest.mark, kind.name), id=kind.name)
         for kind in (NGINX, CADDY, HAPROXY, APACHE)]  # fmt: skip


def lines_of(kind: Kind) -> str:
    """What the page says for it."""
    (found,) = re.findall(rf"^```{kind.block}\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    return str(found)


class Proxy:
    """A running proxy: its port, and whom its certificate is vouched for by."""

    def __init__(
        self, kind: Kind, folder: Path, service_port: int, otherwise: Mapping[str, str] | None = None
    ) -> None:
        """`otherwise`: what is to be changed in the page's lines, where it stands once."""
        self.kind = kind
        self._folder, self._service_port, self._otherwise = folder, service_port, dict(otherwise or {})
        self.log = folder / "log"
        authority = trustme.CA()
        certificate = authority.issue_cert("localhost", "127.0.0.1")
        self.ca_file, key, chain = folder / "ca.pem", folder / "one.key", folder / "one.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        certificate.private_key_pem.write_to_path(key)
        certificate.private_key_and_cert_chain_pem.write_to_path(chain)
        self._files = {f"/etc/ssl/{NAME}.key": str(key), f"/etc/ssl/{NAME}.pem": str(chain)}

    def __enter__(self) -> Self:
        for _ in range(START_TRIES):
            self.port = ports.free_port()
            self._process = self._start()
            if self._listens():
                return self
            self._end()
        raise AssertionError(f"{self.kind} does not start:\n{self.log.read_text('utf-8', 'replace')}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def url(self) -> str:
        """Its address, without a last slash."""
        return f"https://localhost:{self.port}"

    def tls(self) -> ssl.SSLContext:
        """What a client needs to trust it."""
        return ssl.create_default_context(cafile=self.ca_file)

    def _start(self) -> subprocess.Popen[bytes]:
        configuration = self._folder / "configuration"
        configuration.write_text(self.kind.around(self._lines(), self._folder), "utf-8")
        command = self.kind.command(configuration, self._folder)
        program = shutil.which(command[0], path=PROGRAMS)
        assert program
        own = {name: value.format(folder=self._folder) for name, value in self.kind.environment.items()}
        with self.log.open("wb") as log:
            return subprocess.Popen(
                [program, *command[1:]], env=dict(os.environ) | own, stdout=log, stderr=subprocess.STDOUT
            )

    def _lines(self) -> str:
        lines = lines_of(self.kind)
        for before, after in self._otherwise.items():
            assert lines.count(before) == 1, before
            lines = lines.replace(before, after)
        for before, after in self._files.items():
            lines = lines.replace(before, after)
        lines = lines.replace("127.0.0.1:8000", f"127.0.0.1:{self._service_port}").replace(NAME, "localhost")
        lines = re.sub(
            r"(?m)^(\s*(?:listen|bind) ):?443\b", rf"\g<1>127.0.0.1:{self.port}", lines, flags=re.IGNORECASE
        )
        return re.sub(r"\b443\b", str(self.port), lines)

    def _listens(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self._process.poll() is None and time.monotonic() < deadline:
            if ports.answers(self.port):
                return True
            time.sleep(0.05)
        return False

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(60)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(60)
