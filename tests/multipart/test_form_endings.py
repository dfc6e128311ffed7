"""How forms end: the boundary of each program tells its ending, and with it the file's length."""

import pytest

from tests.multipart.form_reading import parts, read
from upload_service.multipart.form_endings import ending_of
from upload_service.multipart.length_prediction import FROM_PART, FROM_REQUEST, predict_length

# Boundaries of real programs, and what each writes after `--boundary--`.
NOTHING = [
    "----2762464702210870962781353802",  # Deno 2.9.6
    "----4954990024005077076239848455",  # node-fetch 3.3.2
    "-----495499002400507707623984845",  # the same, a short number
    "--------------------NODENEEDLEHTTPCLIENT",  # needle 3.5.0
]
LINE_BREAK = [
    "----WebKitFormBoundaryoDPF3h3G7JpaBMjU",
    "----WebKitFormBoundaryc63a81fdc3764eb1b41a2407249fd65a",  # Bun 1.4.5
    "----geckoformboundary5f5a1c9d5d0d6f0a2e6b8c3d4e5f6a7b",
    "---------------------------735323031399963166993862150",
    "------------------------53046c621da9a9dc",  # curl 7.88
    "------------------------oDPF3h3G7JpaBMjUoDPF3h",  # curl 8
    "--------------------------80b1001d833531511d00a4be",  # form-data 4.0
    "--------------------------596940094525123037129793",  # newman 6.2
    "axios-1.21.1-boundary-b13kfIk4Yf5l-YmnyNcvAyDzo",
    "ea817e76452711bd4244ab54d4cee7a8",  # urllib3
    "5" * 60,  # Go
    "4be74f12-638c-4c96-971a-eb0a564ad973",  # .NET
    "httpclient_boundary_b4c3dcc5-d174-484e-8c36-593fd5135554",
    "boundary_.oOo._iNMOtCce4/l0Jhr4uVEIJixKC1FrkvBL",
    "----RubyFormBoundaryAyuDXIsPPMUHjsKR",
    "---------------------318b52b65cae16c017206e858d6fdd5c2485188c46",  # http.rb
    "----HappyDOMFormDataBoundary0.2j3eprw3uqa",
]
TWO_LINE_BREAKS = [
    "form-data-encoder-j4l871l0gfzw83rj",  # form-data-encoder 4.1
    "form-data-boundary-j4l871l0gfzw83rj",  # form-data-encoder 1.7
    "----AzSDKFormBoundarya3830150-074c-4c54-b4a7-d00109065915",
    "NodeFetchFormDataBoundary2f27cd3fc3dc983f",
]
UNKNOWN = [
    "----formdata-undici-042123207424",  # ends with nothing up to undici 6.21.2
    "B",
    "-----------RubyMultipartPost-b001cac11dc7e4cd1c1b6ec9607f226c",  # says the file's length
    "bb0dcf7e9fb8fac94a67c39ec4e74b7cf4c0d16d",  # Guzzle, and Ruby's httpclient
    "----2762464702210870962781353802X",
    "---------------------------------",
]
MARKED = 'form-data; name="file"; filename="a"; modification-date="Sun, 29 Nov 2026 15:34:13 +0000"'
CASES = [
    *((boundary, 0, True) for boundary in NOTHING),
    *((boundary, 2, True) for boundary in LINE_BREAK),
    *((boundary, 4, True) for boundary in TWO_LINE_BREAKS),
    *((boundary, 2, False) for boundary in UNKNOWN),
]


@pytest.mark.parametrize(("boundary", "ending", "is_known"), CASES)
def test_ending_by_the_boundary(boundary: str, ending: int, is_known: bool) -> None:
    """A program is known by the shape of its boundary; all others end as most do, perhaps."""
    found = ending_of(boundary)
    assert (found.bytes, found.is_known) == (ending, is_known)


def test_ending_by_something_else() -> None:
    """Two programs whose boundaries look like others' are known by what else they send."""
    assert ending_of("ea817e76452711bd4244ab54d4cee7a8", from_worker=True).bytes == 0
    assert ending_of("----WebKitFormBoundaryoDPF3h3G7JpaBMjU", from_worker=True).bytes == 2
    assert ending_of("bb0dcf7e9fb8fac94a67c39ec4e74b7cf4c0d16d", MARKED).bytes == 4
    assert ending_of("4be74f12-638c-4c96-971a-eb0a564ad973", MARKED).bytes == 2


@pytest.mark.parametrize(("boundary", "ending", "is_known"), CASES)
def test_length_of_a_file_in_a_real_form(boundary: str, ending: int, is_known: bool) -> None:
    """The file's length is predicted exactly in a form that ends as its program ends it."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    body = head.encode() + b"12345" + f"\r\n--{boundary}--".encode() + b"\r\n\r\n"[:ending]
    start = parts(read(f'multipart/form-data; boundary="{boundary}"', [body], len(body))).start
    assert start
    assert start.predicted
    assert (start.predicted.file_bytes, start.predicted.longest_bytes) == (5, 5 + ending)
    assert start.predicted.is_sure == is_known


@pytest.mark.parametrize(
    ("longest", "part", "predicted"),
    [
        pytest.param(102, None, (100, 102, False, FROM_REQUEST), id="usual"),
        pytest.param(1, None, None, id="too-short"),
        pytest.param(None, None, None, id="nothing-known"),
        pytest.param(None, 100, (100, None, False, FROM_PART), id="chunked"),
        pytest.param(102, 102, (102, 102, False, FROM_PART), id="part-and-no-ending"),
        pytest.param(102, 100, (100, 102, True, FROM_PART), id="part-and-line-break"),
        pytest.param(104, 100, (100, 104, False, FROM_PART), id="part-and-two-line-breaks"),
        pytest.param(102, 99, (100, 102, False, FROM_REQUEST), id="part-too-short-for-a-file"),
        pytest.param(102, 103, (100, 102, False, FROM_REQUEST), id="part-too-long-for-the-request"),
        pytest.param(1000, 100, (100, 1000, False, FROM_PART), id="part-and-room-for-a-field"),
    ],
)
def test_prediction(
    longest: int | None, part: int | None, predicted: tuple[int, int | None, bool, str] | None
) -> None:
    """A part's own Content-Length counts where it fits the request; else the usual ending does."""
    found = predict_length(longest, ending_of("B"), part)
    if predicted is None:
        assert found is None
    else:
        assert found
        assert (found.file_bytes, found.longest_bytes, found.is_sure, found.source) == predicted


def test_known_program_against_the_length_of_its_part() -> None:
    """Where the boundary tells the ending, a part's length that would need another one does not count."""
    needle = ending_of("--------------------NODENEEDLEHTTPCLIENT")
    for part, source in ((102, FROM_PART), (100, FROM_REQUEST)):
        found = predict_length(102, needle, part)
        assert found
        assert (found.file_bytes, found.is_sure, found.source) == (102, True, source)


def test_content_length_of_a_part_that_comes_twice() -> None:
    """A part that says its length twice says nothing."""
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n'
    body = head + b"Content-Length: 5\r\n" * 2 + b"\r\n12345\r\n--B--\r\n"
    start = parts(read("multipart/form-data; boundary=B", [body], None)).start
    assert start
    assert start.predicted is None
