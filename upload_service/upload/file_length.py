"""The length of one upload's file: what is announced to storage, and what is too much or too little.

Knows: the size that the form gives, the prediction, the upload's limits, and the bounds in a POST's policy.
Rules: what no file can be is refused as soon as that is certain; else the bytes are counted as they come. A
prediction refuses nothing by itself, because fields may follow the file; where a policy or a grant does not
take it, the bytes are counted before any is sent.
Must not know: framing, the file's bytes.
"""

import re

from upload_service.body.budget import SpoolBudget
from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_reader import MAX_BESIDE_FILE_BYTES
from upload_service.multipart.length_prediction import FROM_REQUEST, LengthPrediction
from upload_service.presigned.destination import Destination
from upload_service.translation.phrase import Phrase
from upload_service.upload.upload_limits import UploadLimits

# The plain endpoint keeps a copy of files up to this size, so a wrong prediction only costs a second PUT.
SMALL_FILE_BYTES = 1024 * 1024


class FileLength:
    """`expected_bytes`: the length, as far as it is known or predicted. `most_bytes`: more are refused.

    `limits`: those of the upload, which a grant may lower until the file begins.
    """

    def __init__(self, limits: UploadLimits) -> None:
        self.expected_bytes: int | None = None
        self.most_bytes = limits.max_file_bytes
        self._limits = limits
        self._prediction: LengthPrediction | None = None
        self._longest: int | None = None

    @property
    def source(self) -> Phrase:
        """What it is predicted from, in words."""
        return self._prediction.source if self._prediction else FROM_REQUEST

    def begin(self, size: int | None, predicted: LengthPrediction | None) -> None:
        """The file begins. What to announce: the size that the form gives, else what is predicted."""
        self._longest = predicted.longest_bytes if predicted else None
        self.most_bytes = self._limits.max_file_bytes
        self._bound_by_grant()
        if size is not None and self._longest is not None and size > self._longest:
            raise UploadError("size_mismatch")
        if predicted and self._longest is None and predicted.file_bytes > self.most_bytes:
            predicted = None  # only the part says so; what comes is counted
        self._prediction = predicted if size is None else None
        self.expected_bytes = predicted.file_bytes if predicted and size is None else size

    def _bound_by_grant(self) -> None:
        """Refuse a file that is too long for its grant, whatever follows it in the form."""
        if self._limits.limited_by_grant and self._longest is not None:
            self._limits.require_size(self._longest - MAX_BESIDE_FILE_BYTES)

    def may_be_announced(self, destination: Destination, length: int) -> bool:
        """Whether storage can be told this length; if not, the bytes are counted before any leaves.

        The policy of a POST would refuse it, or the grant of the upload.
        """
        if self._limits.limited_by_grant and length > self._limits.max_file_bytes:
            return False
        return destination.post is None or destination.post.policy.takes(length)

    def is_worth_a_copy(self, budget: SpoolBudget) -> bool:
        """Whether memory holds the file without taking it from others, in case its length is wrong.

        A file whose length is little more than a guess may take an eighth of the memory, as one that waits
        may, but no more than half of what is free.
        """
        count, free = self.expected_bytes, budget.memory.free_bytes
        if count is None or count <= min(SMALL_FILE_BYTES, free):
            return count is not None
        is_sure = self._prediction is None or self._prediction.is_sure
        return not is_sure and count <= min(budget.small_file_bytes, free // 2)

    def bound(self, destination: Destination | None, count: int, *, has_ended: bool) -> None:
        """Raise UploadError when a POST's policy does not take a file of which so many bytes have come."""
        if destination is None or destination.post is None:
            return
        policy = destination.post.policy
        if policy.longest is not None:
            self.most_bytes = min(self._limits.max_file_bytes, policy.longest)
        policy.require_length(count, more_follows=not has_ended)
        if self._longest is not None and not has_ended:
            policy.require_possible_length(self._longest - MAX_BESIDE_FILE_BYTES, self._longest)

    def refuse(self, destination: Destination | None, count: int) -> UploadError:
        """The error for a file of which more bytes have come than are taken; raises that of a policy."""
        self.bound(destination, count, has_ended=False)
        return self._limits.too_large()


def parse_size(field: str, value: str, limits: UploadLimits) -> int:
    """The bytes that a field tells, at most so many as are taken; raises UploadError."""
    if not re.fullmatch(r"\d{1,15}", value, re.ASCII):
        raise UploadError(
            "invalid_size", Phrase("The field {field} is not a whole number of bytes.", field=field)
        )
    limits.require_size(int(value))
    return int(value)
