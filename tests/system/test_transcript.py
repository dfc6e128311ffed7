"""The listener of the whole run hears what it must."""

from tests.support.service.transcript import Transcript


def test_a_said_signature_is_a_leak() -> None:
    """A signature in any text is found, with where it was said; a host or a short key is none."""
    transcript = Transcript()
    url = transcript.hide(f"https://store.example/key?X-Amz-Date=1&X-Amz-Signature={'ab12' * 8}&x=y")
    transcript.hear("log", '{"host": "store.example", "key": "key"}')
    assert transcript.leaks() == []
    transcript.hear("answer", f"cannot reach {url}")
    assert [leak.split(":")[0] for leak in transcript.leaks()] == ["answer"]


def test_every_kind_of_signature_is_a_secret() -> None:
    """Signatures of S3, Google and Azure, credentials and long keys are secrets, wherever they stand."""
    transcript = Transcript()
    names = (
        "X-Amz-Signature",
        "X-Goog-Signature",
        "Signature",
        "sig",
        "X-Amz-Credential",
        "x-amz-security-token",
    )
    for name in names:
        transcript.hide(f"https://a.example/k?{name}={name}-{'0' * 16}&z=1")
    assert len(transcript.secrets) == len(names)
    transcript.hide("https://a.example/bucket/a-long-name-of-an-object?x=1")
    assert "/bucket/a-long-name-of-an-object" in transcript.secrets
