import pytest

from s1ecs.streams.application import STREAM

from .documents import document_of, mapped, record_of


def test_vendor_and_counts_of_the_list() -> None:
    """What only elements of the list of applications carry is mapped where an installation has it, too."""
    document = document_of(
        STREAM,
        {"applicationVendor": "Igor Pavlov", "applicationVersionsCount": 2, "endpointsCount": "7", "estimate": "true"},
    )
    assert document["sentinel_one"]["application"] == {
        "application_vendor": "Igor Pavlov",
        "application_versions_count": 2,
        "endpoints_count": 7,
        "estimate": True,
    }


@pytest.mark.parametrize("word", ["windows", "Windows", "windows_legacy", "plan9"])
def test_any_operating_system(word: str) -> None:
    """The kind of operating system is copied as it is, whatever word it is."""
    assert document_of(STREAM, {"osType": word})["host"] == {"os": {"type": word}}


def test_empty_dates_are_skipped_and_other_empties_are_bad() -> None:
    """An empty date leaves no trace; an empty number is a bad value, and with it the document is a failure."""
    assert "error" not in document_of(STREAM, {"applicationInstallationDate": "", "detectionDate": ""})
    document, failed = mapped(STREAM, {"coreCount": "", "id": "1"})
    assert failed
    assert document["error"] == {"message": ['For input string: ""']}
    assert document["event"]["kind"] == "pipeline_error"
    assert document["sentinel_one"]["application"] == {"id": "1"}


def test_no_file_size() -> None:
    """An installation without a size, as the console sends some, has none; a size of nothing is one."""
    assert "package" not in document_of(STREAM, {"fileSize": None})
    assert document_of(STREAM, {"fileSize": 0})["package"] == {"size": 0}


def test_no_time_of_its_own() -> None:
    """No date of a record is its time: the envelope says when it was read."""
    record = {"detectionDate": "2024-01-02T03:04:05Z", "applicationInstallationDate": "2024-01-02"}
    assert "@timestamp" not in document_of(STREAM, record)


def test_duplicates() -> None:
    """Own fields with an ECS copy are left out, the others stay."""
    record = {"applicationName": "Git", "version": "2", "endpointName": "pc", "endpointId": "1", "id": "5"}
    assert document_of(STREAM, record)["sentinel_one"]["application"] == {"endpoint_id": "1", "id": "5"}


def test_any_difference_is_another_id() -> None:
    """Records of one id that differ anywhere are two documents; the order of their keys does not matter."""
    identify = STREAM.mapper().identify
    first = identify(record_of({"id": "1", "version": "2", "siteName": "North"}))
    assert first == identify(record_of({"siteName": "North", "version": "2", "id": "1"}))
    assert first != identify(record_of({"id": "1", "version": "2", "siteName": "South"}))


def test_text_that_is_no_json() -> None:
    """What is not JSON keeps category and type."""
    document = STREAM.mapper().unreadable("cut off").document
    assert document["event"] == {"kind": "pipeline_error", "category": ["package"], "type": ["info"]}
