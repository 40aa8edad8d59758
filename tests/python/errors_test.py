"""The exceptions: one class for each status."""

from __future__ import annotations

import pickle

import pytest
import tutela
from tutela import _errors


@pytest.mark.parametrize("status", list(tutela.Status)[1:])
def test_every_status_has_its_exception(status: tutela.Status) -> None:
    error = _errors.from_status(status, "a sentence")
    assert error.status is status
    assert isinstance(error, tutela.TutelaError) and str(error) == "a sentence"
    assert type(pickle.loads(pickle.dumps(error))) is type(error)


def test_the_classes_are_also_those_that_python_code_expects() -> None:
    assert issubclass(tutela.InvalidArgumentError, ValueError)
    assert issubclass(tutela.TooSmallError, ValueError)
    assert issubclass(tutela.TimeLimitError, TimeoutError)
    assert issubclass(tutela.NotFoundError, FileNotFoundError)
    assert issubclass(tutela.PermissionDeniedError, PermissionError)
    assert issubclass(tutela.InputOutputError, OSError)
    assert issubclass(tutela.OutOfMemoryError, MemoryError)


def test_the_numbers_are_pinned() -> None:
    assert {status.name: status.value for status in tutela.Status} == {
        "ok": 0,
        "cancelled": 1,
        "invalid_argument": 10,
        "too_small": 11,
        "limit": 12,
        "timeout": 13,
        "not_found": 20,
        "permission_denied": 21,
        "io_error": 22,
        "unsupported": 30,
        "corrupt": 31,
        "checksum_mismatch": 32,
        "version_mismatch": 33,
        "out_of_memory": 40,
        "crashed": 41,
        "unavailable": 42,
        "internal": 90,
    }


def test_a_status_without_a_sentence_says_its_name() -> None:
    assert str(_errors.from_status(tutela.Status.corrupt, "")) == "corrupt"
