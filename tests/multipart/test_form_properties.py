"""The form reader against forms that hypothesis makes: whole, damaged, and arbitrary bytes."""

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.multipart.form_reading import read, refusal
from tests.multipart.generated_forms import Form, edits, forms, sizes, split
from tests.support.hypothesis_settings import STABLE
from upload_service.multipart.form_events import FileStart


@settings(STABLE, max_examples=250)
@given(forms(), sizes(), st.booleans())
def test_parts_come_out_as_they_went_in(form: Form, lengths: list[int], with_length: bool) -> None:
    """Any parts, in chunks of any sizes, come out the same, and a last file's length is predicted exactly."""
    body = form.body
    events = read(form.content_type, split(body, lengths), len(body) if with_length else None)
    assert events == form.events(with_length=with_length)
    predicted = next(event.predicted for event in events if isinstance(event, FileStart))
    if with_length:
        assert predicted is not None
        assert predicted.file_bytes >= len(form.file.content)
        assert predicted.file_bytes == len(form.file.content) or form.parts[-1] is not form.file


@settings(STABLE, max_examples=40)
@given(forms(max_others=1).filter(lambda form: len(form.body) < 500))
def test_every_offset(form: Form) -> None:
    """A short form reads the same, cut in two at every offset."""
    body = form.body
    expected = form.events(with_length=True)
    for cut in range(1, len(body)):
        assert read(form.content_type, [body[:cut], body[cut:]], len(body)) == expected


@settings(STABLE, max_examples=100)
@given(forms(), sizes(), st.sampled_from([1, 2]))
def test_last_line_break_may_be_missing(form: Form, lengths: list[int], missing: int) -> None:
    """Without all or half of its last line break a form still gives its parts."""
    body = form.body[:-missing]
    assert read(form.content_type, split(body, lengths), None) == form.events(with_length=False)


@settings(STABLE, max_examples=150)
@given(forms(), sizes(), st.data())
def test_truncated_forms_are_incomplete(form: Form, lengths: list[int], data: st.DataObject) -> None:
    """A form that stops anywhere before the end of its closing boundary is refused as incomplete."""
    end = len(form.body) - len(b"\r\n") - 1
    body = form.body[: data.draw(st.integers(0, end) | st.integers(max(0, end - 210), end))]
    code = refusal(form.content_type, split(body, lengths), len(body))
    assert code == ("incomplete_form" if body else "empty_body")


@settings(STABLE, max_examples=120)
@given(forms(), sizes(), st.data())
def test_damaged_closing_boundary_is_no_end(form: Form, lengths: list[int], data: st.DataObject) -> None:
    """A form with one byte wrong in its closing boundary never ends cleanly."""
    end = len(form.body) - len(b"\r\n")
    body = data.draw(edits(form.body, end - len(form.closing), end))
    assume(form.closing not in body)  # what was changed may be replaced by what is around it
    assert refusal(form.content_type, split(body, lengths)) in ("incomplete_form", "malformed_form")


FRAMING = [b"--B", b"--B--", b"\r\n", b"\r\n\r\n", b"\r\n--B\r\n", b"\r\n--B--\r\n", b"\r", b"\n"]
HEADS = [b"Content-Disposition: form-data", b"Content-Type: ", b"Content-Length: 3", b"charset=", b": ", b" "]
OPTIONS = [
    b'; name="file"',
    b'; name="size"',
    b'; filename="a"',
    b"; =",
    b'"',
    b"\\",
    b"%22",
    b"\xff",
    b"\x00",
]
FILE = b'\r\n--B\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
PIECES = st.sampled_from([*FRAMING, *HEADS, *OPTIONS, FILE]) | st.binary(max_size=20)
SOUP = st.lists(PIECES, max_size=20).map(b"".join)


@settings(STABLE, max_examples=500)
@given(SOUP, st.booleans(), sizes(), st.none() | st.integers(0, 1000))
def test_arbitrary_bytes_are_read_or_refused(
    soup: bytes, begun: bool, lengths: list[int], length: int | None
) -> None:
    """Whatever bytes come, with whatever length announced, the reader ends or refuses with a code."""
    refusal("multipart/form-data; boundary=B", split(b"--B\r\n" * begun + soup, lengths), length)


CHARSETS = ["", "utf-8", "UTF8", "latin-1", "undefined", "idna", "punycode", "utf-16", "hex", "\x00", "?"]


@settings(STABLE, max_examples=200)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["*", "*0", "*0*", "*1*", "*00", "*x", "*" + "9" * 5000]),
            st.sampled_from([*(f"={charset}''" for charset in CHARSETS), '="', "=", ""]),
            st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
            | st.sampled_from(["%ff", "%", "a.png"]),
        ),
        min_size=1,
        max_size=3,
    )
)
def test_arbitrary_file_names_are_read_or_refused(names: list[tuple[str, str, str]]) -> None:
    """Whatever a part says about its file's name, the reader ends or refuses with a code."""
    said = "".join(f"; filename{mark}{charset}{text}" for mark, charset, text in names)
    head = f'--B\r\nContent-Disposition: form-data; name="file"{said}\r\n\r\n'
    refusal("multipart/form-data; boundary=B", [head.encode() + b"1\r\n--B--\r\n"])


@settings(STABLE, max_examples=200)
@given(
    st.text() | st.text('multipart/form-data; ="\\*').map(lambda text: "multipart/form-data; boundary" + text)
)
def test_arbitrary_content_types_are_read_or_refused(content_type: str) -> None:
    """Whatever the request's Content-Type, the reader ends or refuses with a code."""
    refusal(content_type, [b"--B--\r\n"])
