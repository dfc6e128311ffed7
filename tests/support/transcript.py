"""Everything that the service said during the test run, and every secret that it must not have said."""

import re
from dataclasses import dataclass, field

_SIGNATURE = re.compile(r"[?&](?:X-Amz-Signature|X-Goog-Signature|Signature|sig)=([^&]+)", re.IGNORECASE)


@dataclass
class Transcript:
    """Texts by where they came from; secrets are signatures of presigned URLs."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)

    def hear(self, source: str, text: str) -> None:
        """Note what the service said."""
        self.texts.append((source, text))

    def hide(self, url: str) -> str:
        """Note the signature in `url` as a secret; gives the URL back."""
        # Without its padding, which is escaped here and plain there.
        self.secrets.update(found.replace("%3D", "=").rstrip("=") for found in _SIGNATURE.findall(url))
        return url

    def leaks(self) -> list[str]:
        """Where a secret was said: source and the beginning of the text."""
        return [
            f"{source}: {text[:300]}"
            for source, text in self.texts
            if any(secret in text for secret in self.secrets if len(secret) >= 16)
        ]


TRANSCRIPT = Transcript()
