"""The check of a form before its file is sent: the story of an upload that ends before the file's first byte.

Knows: the order in which an upload judges what comes before the file.
Rules: the code of the upload judges, so both say the same. A check reads no file, keeps nothing and dials
nothing; it says that a form is right as far as that can be known without the file and without storage.
Must not know: `aiohttp.web`, multipart framing, JSON.

Why it exists: docs/decisions/0016-check.md.
"""

import asyncio
import time

from upload_service.errors.upload_error import UploadError
from upload_service.multipart.form_events import Field, FileStart
from upload_service.multipart.form_reader import FormReader
from upload_service.settings.settings import Settings
from upload_service.upload.form_fields import FormFields


class Check:
    """The check of one form: that of an upload, without the file. `host`: that of its URL, once known.

    `fields`: of the form, as far as the request's head tells of them.
    """

    def __init__(self, form: FormReader, fields: FormFields, settings: Settings) -> None:
        self.host: str | None = None
        self._form = form
        self._settings = settings
        self._fields = fields
        self._reading: asyncio.Task[None] | None = None
        self._abort_error: UploadError | None = None

    @property
    def subject(self) -> str | None:
        """Whom the grant names."""
        return self._fields.limits.subject

    def abort(self, error: UploadError) -> None:
        """End the check from outside with this error."""
        self._abort_error = error
        if self._reading:
            self._reading.cancel()

    def client_left(self) -> None:
        """The client's connection is lost."""
        self.abort(UploadError("client_gone"))

    async def run(self) -> None:
        """Return when nothing speaks against the upload; raises UploadError."""
        if self._abort_error:
            raise self._abort_error
        self._reading = asyncio.create_task(self._read())
        try:
            await self._reading
        except asyncio.CancelledError:
            if self._abort_error:
                raise self._abort_error from None
            raise

    async def _read(self) -> None:
        async for event in self._form.events():
            match event:
                case Field(name, value):
                    self._fields.note(name, value, time.time())
                    self.host = self._fields.destination.host if self._fields.destination else None
                case FileStart():
                    raise UploadError("file_in_check")
        if self._form.has_misplaced_file:
            raise self._form.no_file_error()
        self._fields.limits.require_grant()
        self._fields.end_form(time.time())
        self._fields.require_possible_types(are_all=True)
        if self._settings.scanner:
            from upload_service.upload.scan import require_scannable

            require_scannable(self._fields, self._settings)
        self._fields.require_complete()
