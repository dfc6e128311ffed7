"""A certificate authority of the tests' own, and two servers' certificates: one it vouches for, one not.

`ca_file` goes to the service as SSL_CERT_FILE.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Authority:
    """What servers on 127.0.0.1 need to speak TLS."""

    ca_file: str
    trusted: ssl.SSLContext
    stranger: ssl.SSLContext


def authority(folder: Path) -> Authority:
    """A new authority, whose certificate is written to `folder`."""
    ours = trustme.CA()
    ca_file = folder / "ca.pem"
    ours.cert_pem.write_to_path(ca_file)
    return Authority(str(ca_file), _server(ours), _server(trustme.CA()))


def _server(issuer: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    issuer.issue_cert("127.0.0.1").configure_cert(context)
    return context
