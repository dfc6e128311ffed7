"""Content-Transfer-Encoding: the coding that mail has for its parts, and that some programs use in forms.

Knows: which codings leave a part's bytes as they are, and how the others are undone.
Rules: a text field is decoded whole, within its limit. A file in such a coding is refused: its decoded length
is not known before its end, and its letters must not be stored as if they were the file.
Must not know: framing, what the fields mean.

Source: RFC 2045 section 6; RFC 7578 section 4.7, which calls it obsolete in forms. Delphi's Indy sends text
fields as quoted-printable; curl does what its option `encoder=` says.
"""

import binascii

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.part_headers import TRANSFER_ENCODING, Part
from upload_service.multipart.seen_parts import shown_field
from upload_service.translation.phrase import Phrase

_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})


def transfer_encoding_of(part: Part) -> str | None:
    """The part's coding in lower case, if it has to be undone; else None."""
    if not part.others:
        return None
    coding = dict(part.others).get(TRANSFER_ENCODING, "").strip().lower()
    return None if coding in _AS_IT_IS else coding


def require_plain_file(part: Part) -> None:
    """Raise UploadError when the file's bytes are coded."""
    coding = transfer_encoding_of(part)
    if coding is not None:
        raise UploadError(
            "part_encoding_unsupported",
            Phrase(
                "The file's part has a Content-Transfer-Encoding, {coding}, that is not undone here.",
                coding=_shown(coding),
            ),
        )


def decode_field(part: Part, value: bytes) -> bytes:
    """The bytes of a text field, decoded as its headers say; raises UploadError when that is not possible."""
    coding = transfer_encoding_of(part)
    if coding is None:
        return value
    if coding == "quoted-printable":
        return binascii.a2b_qp(value)
    if coding == "base64":
        try:
            return binascii.a2b_base64(b"".join(value.split()), strict_mode=True)
        except binascii.Error:
            pass
    raise UploadError(
        "part_encoding_unsupported",
        Phrase(
            "{field} cannot be decoded from its transfer encoding, {coding}.",
            field=shown_field(part.name),
            coding=_shown(coding),
        ),
    )


def _shown(coding: str) -> str:
    return coding if coding in ("base64", "quoted-printable") else Phrase("one without a name in RFC 2045")
