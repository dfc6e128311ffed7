"""The limits of one upload: the operator's, and those of the grant that came with it.

Knows: whether a grant is asked for, and what it leaves of size and types.
Rules: a grant only ever narrows. It comes before the file, once, and nothing is sent before it is judged with
the URL. Without UPLOAD_GRANT_KEYS a grant means nothing, and nothing is imported for it.
Must not know: framing, the file's bytes, how a grant is signed.
"""

from typing import TYPE_CHECKING

from upload_service.clients.bearer_tokens import CHALLENGE
from upload_service.errors.upload_error import UploadError
from upload_service.presigned.destination import Destination
from upload_service.settings.settings import Settings
from upload_service.translation.phrase import Phrase
from upload_service.upload.content_range import ContentRange

if TYPE_CHECKING:  # loaded only where grants are asked for
    from upload_service.identity.upload_grant import UploadGrant

GRANT_FIELD = "grant"


class UploadLimits:
    """`max_file_bytes` and `allowed_types` hold for the file. `limited_by_grant`: the former is a grant's."""

    def __init__(self, settings: Settings) -> None:
        self.max_file_bytes = settings.max_file_bytes
        self.allowed_types = settings.allowed_types
        self.limited_by_grant = False
        self._keys = settings.grant_keys
        self._subject_log = settings.jwt_subject_log
        self._url_text = ""
        self._grant: UploadGrant | None = None

    @property
    def subject(self) -> str | None:
        """What the log may say of whom the back end names in the grant."""
        if self._grant is None:
            return None
        from upload_service.identity.subject import shown_subject

        return shown_subject(self._grant.subject, self._subject_log)

    def note_field(self, text: str, now: float, size: int | None, destination: Destination | None) -> None:
        """Take the grant of the form, and judge what is known of the upload; raises UploadError.

        `now` is in epoch seconds; `size` in bytes.
        """
        if not self._keys:
            return
        from upload_service.identity.upload_grant import read_grant

        if self._grant:
            twice = Phrase("A grant came in the field grant and as a bearer token as well.")
            raise UploadError("duplicate_field", twice)
        self.take(read_grant(text, self._keys, now))
        self.require_granted(destination)
        self.require_size(size)

    def note_url(self, text: str) -> None:
        """The text of the field uploadUrl."""
        self._url_text = text

    def require_granted(self, destination: Destination | None) -> None:
        """Raise UploadError when a grant is here, and the URL that is here is not its own."""
        if self._grant and destination:
            self._grant.require_for(self._url_text, destination)

    def require_grant(self) -> None:
        """Raise UploadError when a grant is asked for and has not come."""
        if self._keys and self._grant is None:
            raise UploadError("grant_required", challenge=CHALLENGE)

    def require_size(self, size: int | None) -> None:
        """Raise UploadError for a file of more bytes than are taken."""
        if size is not None and size > self.max_file_bytes:
            raise self.too_large()

    def require_object_size(self, piece: ContentRange | None) -> None:
        """The same for a file of which this piece comes: the operator's limit is for each request alone."""
        most = self._grant.max_bytes if self._grant else None
        size = piece.least_object_bytes if piece else None
        if size is not None and most is not None and size > most:
            raise _too_large_for_grant(most)

    def too_large(self) -> UploadError:
        """The error for a file of more bytes than are taken."""
        if not self.limited_by_grant:
            return UploadError("file_too_large")
        return _too_large_for_grant(self.max_file_bytes)

    def take(self, grant: "UploadGrant") -> None:
        """This one came, in the form or as a bearer token; raises UploadError when it leaves nothing."""
        self._grant = grant
        if grant.max_bytes is not None and grant.max_bytes < self.max_file_bytes:
            self.max_file_bytes, self.limited_by_grant = grant.max_bytes, True
        if grant.types is None:
            return
        own = self.allowed_types
        left = own.narrowed_to(grant.types) if own else grant.types
        if not left.listed:
            raise UploadError(
                "type_not_allowed", Phrase("The grant allows only types that this service does not take.")
            )
        self.allowed_types = left._replace(by_grant=True)


def _too_large_for_grant(most: int) -> UploadError:
    return UploadError("file_too_large", Phrase("The grant takes a file of at most {most} bytes.", most=most))
