"""Predicts a file's length while only the head of its part has come.

Knows: the request's length, how the form will probably end, and the part's own Content-Length.
Rules: a prediction never decides what is stored; who uses it compares it with the bytes that come.
Must not know: fields, destinations.
"""

from typing import NamedTuple

from upload_service.multipart.form_endings import LINE_BREAK, NOTHING, TWO_LINE_BREAKS, FormEnding
from upload_service.translation.phrase import Phrase

_ENDINGS = frozenset({NOTHING, LINE_BREAK, TWO_LINE_BREAKS})
# The least that a part after the file has beside its boundary: line breaks, dashes, a Content-Disposition.
_LEAST_PART_BYTES = len('\r\n--\r\nContent-Disposition: form-data; name=""\r\n\r\n')

FROM_REQUEST = Phrase("the request's length")
FROM_PART = Phrase("the Content-Length of its part")


class LengthPrediction(NamedTuple):
    """How many bytes a file will have, if it is the form's last part.

    `longest_bytes`: it cannot have more; None where the request tells no length. `is_sure`: only a form that
    goes on after the file can prove it wrong. `source` names, in words, what it was made of.
    """

    file_bytes: int
    longest_bytes: int | None
    is_sure: bool
    source: Phrase = FROM_REQUEST


def predict_length(
    longest: int | None, ending: FormEnding, part_length: int | None
) -> LengthPrediction | None:
    """The prediction for one file.

    `longest` is its length if the form ends with the closing delimiter and nothing after it; None where the
    request's length is unknown. `part_length` is what the part's headers say, None if they say nothing.
    """
    if part_length is not None:
        rest = None if longest is None else longest - part_length
        fits_an_ending = rest in _ENDINGS and not ending.is_known
        if rest is None or rest == ending.bytes or fits_an_ending or rest >= _LEAST_PART_BYTES:
            is_sure = rest == ending.bytes  # two witnesses
            return LengthPrediction(part_length, longest, is_sure, source=FROM_PART)
    if longest is None:
        return None
    predicted = longest - ending.bytes
    return LengthPrediction(predicted, longest, ending.is_known) if predicted >= 0 else None
