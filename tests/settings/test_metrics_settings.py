"""Settings of metrics: which contradict each other, and what is the default in Lambda."""

import pytest

from tests.support.service.metrics_scrape import ON
from upload_service.settings.environment import SettingError
from upload_service.settings.settings import Settings


@pytest.mark.parametrize(
    ("settings", "wrong"),
    [
        ({"UPLOAD_METRICS": "statsd"}, "UPLOAD_METRICS must be one of"),
        ({"UPLOAD_METRICS_PORT": "x"} | ON, "UPLOAD_METRICS_PORT must be a whole number"),
        ({"UPLOAD_METRICS_PORT": "9100"}, "UPLOAD_METRICS_PORT must not be set unless"),
        ({"UPLOAD_METRICS_PORT": "9100", "PORT": "9100"} | ON, "UPLOAD_METRICS_PORT must be another port"),
        ({"UPLOAD_METRICS_NAMESPACE": "AWS/S3"}, "UPLOAD_METRICS_NAMESPACE must be up to 255"),
        ({"UPLOAD_METRICS_NAMESPACE": ":a"}, "UPLOAD_METRICS_NAMESPACE must be up to 255"),
        ({"UPLOAD_METRICS_NAMESPACE": "two words"}, "UPLOAD_METRICS_NAMESPACE must be up to 255"),
        ({"UPLOAD_METRICS_NAMESPACE": "x" * 256}, "UPLOAD_METRICS_NAMESPACE must be up to 255"),
        ({"AWS_LAMBDA_FUNCTION_NAME": "f"} | ON, "UPLOAD_METRICS must be emf or off in Lambda"),
        (
            {"UPLOAD_METRICS": "emf", "LOG_LEVEL": "WARNING"},
            "UPLOAD_METRICS must be off, or LOG_LEVEL be INFO",
        ),
    ],
)
def test_settings_that_contradict_each_other(settings: dict[str, str], wrong: str) -> None:
    """Settings that contradict each other are refused with one line that names the setting."""
    with pytest.raises(SettingError) as caught:
        Settings.from_environment(settings)
    assert str(caught.value).startswith(wrong)
    assert "\n" not in str(caught.value)


def test_lambda_measures_by_its_log() -> None:
    """In Lambda the default is emf, elsewhere it is off; it can be turned off in Lambda."""
    inside = {"AWS_LAMBDA_FUNCTION_NAME": "f"}
    assert Settings.from_environment(inside).metrics == "emf"
    assert Settings.from_environment(inside | {"UPLOAD_METRICS": "off"}).metrics == "off"
    assert Settings.from_environment({}).metrics == "off"


def test_quiet_function_still_starts() -> None:
    """A function whose LOG_LEVEL hides the lines starts; it is refused only if it asks for emf."""
    quiet = {"AWS_LAMBDA_FUNCTION_NAME": "f", "LOG_LEVEL": "WARNING"}
    assert Settings.from_environment(quiet).metrics == "emf"
    with pytest.raises(SettingError):
        Settings.from_environment(quiet | {"UPLOAD_METRICS": "emf"})


def test_namespace_of_a_deployment() -> None:
    """Deployments can be told apart by their namespace; all have the same one unless they are told."""
    assert Settings.from_environment({}).metrics_namespace == "UploadService"
    for named in ("Shop/Uploads", "a", "x" * 255, "eu:west-1_#2"):
        assert Settings.from_environment({"UPLOAD_METRICS_NAMESPACE": named}).metrics_namespace == named
