"""The headers of each PUT that an upload may make, with the types that they give the object.

Knows: which headers carry a type.
Rules: a type is read once, and what was read is what is sent: what is judged is the very set of a PUT.
Must not know: forms, the file's bytes, which types are allowed.
"""

from collections.abc import Mapping
from typing import NamedTuple

from upload_service.content.content_type import MediaType, parse_media_type
from upload_service.presigned import signed_headers
from upload_service.presigned.destination import Destination


class PutHeaders(NamedTuple):
    """The headers of one PUT except for Host and Content-Length, and all types that the object would have.

    `types` are those of the headers and of the URL's query.
    """

    headers: Mapping[str, str]
    types: tuple[MediaType, ...]

    def __repr__(self) -> str:
        return f"PutHeaders(types={self.types!r})"


def possible_put_headers(
    destination: Destination, given: Mapping[str, str], content_type: str
) -> tuple[PutHeaders, ...]:
    """The headers of the PUT, and those that are tried after them; see `signed_headers.put_headers`."""
    in_query = types_in_query(destination)
    sets = signed_headers.put_headers(destination, given, content_type)
    return tuple(_read_types(headers, in_query) for headers in sets)


def types_of(given: Mapping[str, str]) -> tuple[MediaType, ...]:
    """The types that headers would give the object."""
    return tuple(parse_media_type(given[name]) for name in signed_headers.TYPE_HEADERS if name in given)


def types_of_blocks(given: Mapping[str, str]) -> tuple[MediaType, ...]:
    """The type that headers would give an object made of blocks; the Content-Type is that of their list."""
    name = "x-ms-blob-content-type"
    return (parse_media_type(given[name]),) if name in given else ()


def types_in_query(destination: Destination) -> tuple[MediaType, ...]:
    """The types that parameters of the URL would give the object."""
    return tuple(map(parse_media_type, destination.types_in_query))


def _read_types(headers: Mapping[str, str], in_query: tuple[MediaType, ...]) -> PutHeaders:
    sent, types = dict(headers), list(in_query)
    for name in signed_headers.TYPE_HEADERS:
        if name in sent:
            read = parse_media_type(sent[name])
            sent[name] = read.text
            types.append(read)
    return PutHeaders(sent, tuple(types))
