"""The upload grant that a request carries as a bearer token.

Knows: the lines of the Authorization header.
Rules: a bearer token that is no grant is refused before a byte of the body is read. Imported only where
grants are asked for.
Must not know: forms, what a grant allows.
"""

import time
from collections.abc import Sequence

from upload_service.clients.bearer_tokens import bearer_token
from upload_service.clients.caller import Caller
from upload_service.identity.signed_grant import invalid_grant
from upload_service.identity.subject import note_subject
from upload_service.identity.upload_grant import UploadGrant, read_grant
from upload_service.settings.settings import Settings
from upload_service.translation.phrase import Phrase


def grant_of_head(settings: Settings, caller: Caller, authorization: Sequence[str]) -> UploadGrant | None:
    """The grant in the header's lines; None if they have no bearer token.

    Raises UploadError for a bearer token that is no grant now. The caller then knows its subject.
    """
    if (text := bearer_token(authorization)) is None:
        return None
    if len(authorization) > 1:
        raise invalid_grant(Phrase("The request has more than one Authorization header."))
    grant = read_grant(text.strip(), settings.grant_keys, time.time())
    note_subject(caller, grant.subject, settings.jwt_subject_log, counts=settings.count_by == "subject")
    return grant
