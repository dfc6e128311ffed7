"""Everything that the service said during the test run, and every secret that it must not have said."""

import re
from dataclasses import dataclass, field

_SECRETS = re.compile(
    r"[?&](?:X-(?:Amz|Goog)-(?:Signature|Credential|Security-Token)|Signature|sig)=([^&]+)", re.IGNORECASE
)
_TARGET = re.compile(r"https?://[^/]+(/[^?]*)")
# Shorter texts may appear by chance.
SECRET_LENGTH = 16


@dataclass
class Transcript:
    """Texts by where they came from; secrets are paths, signatures and credentials of presigned URLs."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def hear(self, source: str, text: str) -> None:
        """Note what the service said."""
        self.texts.append((source, text))

    def hide(self, url: str) -> str:
        """Note what is secret in `url`; gives the URL back."""
        # Without padding, because it is escaped in some places only.
        found = [each.replace("%3D", "=").rstrip("=") for each in _SECRETS.findall(url)] + _TARGET.findall(
            url
        )
        self.secrets.update(secret for secret in found if len(secret) >= SECRET_LENGTH)
        return url

    def leaks(self) -> list[str]:
        """Where a secret was said: source and the beginning of the text."""
        return [
            f"{source}: {text[:300]}"
            for source, text in self.texts
            if any(secret in text for secret in self.secrets)
        ]


TRANSCRIPT = Transcript()
