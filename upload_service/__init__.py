"""upload-service: streams a form's file into a PUT to the presigned URL that came with it."""

__version__ = "0.2.0"
