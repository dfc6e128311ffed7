"""The ways to sign the policy of a POST, made of those to sign a URL.

Knows: which parameters of a signed URL are form fields of a POST, under the same names.
Rules: names of form fields have no case. What a URL tells in its query, the policy tells itself: how long it
holds, and what else is signed.
Must not know: what is in a policy, hosts.

Source: docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html,
docs.aws.amazon.com/AmazonS3/latest/API/HTTPPOSTForms.html (Signature Version 2),
docs.cloud.google.com/storage/docs/xml-api/post-object-forms, .../post-object-v2
"""

import re
from collections.abc import Mapping
from typing import NamedTuple

from upload_service.presigned.known_schemes import GOOGLE_V2, GOOGLE_V4, S3_V2, S3_V4
from upload_service.presigned.post_fields import PostField, unusable_fields
from upload_service.presigned.signature_scheme import Parameter, SignatureScheme
from upload_service.translation.phrase import Phrase

_OF_THE_URL = re.compile(r"(?:X-\w+-)?Expires|X-\w+-SignedHeaders")


class PostScheme(NamedTuple):
    """`scheme`: that of a URL. `identified_by`: names of fields, in lower case, that no other scheme has."""

    scheme: SignatureScheme
    identified_by: frozenset[str]
    parameters: tuple[Parameter, ...]

    def has_signed(self, fields: Mapping[str, PostField]) -> bool:
        """Whether the fields have what tells this scheme from others."""
        return all(name in fields for name in self.identified_by)

    def require_well_formed(self, fields: Mapping[str, PostField]) -> None:
        """Raise UploadError for the first field that is missing, or that no signer would write so."""
        for name, pattern, expected, _ in self.parameters:
            field = fields.get(name.lower())
            if field is None:
                raise unusable_fields(Phrase("The POST has no field {name}.", name=name))
            if not re.fullmatch(pattern, field.value, re.ASCII):
                raise unusable_fields(
                    Phrase(
                        "The POST has an unusable {name}, which must be {expected}.",
                        name=name,
                        expected=expected,
                    )
                )


def _of_form(scheme: SignatureScheme) -> PostScheme:
    parameters = tuple(each for each in scheme.parameters if not _OF_THE_URL.fullmatch(each.name))
    return PostScheme(scheme, frozenset(name.lower() for name in scheme.identified_by), parameters)


POST_SCHEMES = tuple(map(_of_form, (S3_V4, GOOGLE_V4, S3_V2, GOOGLE_V2)))
