"""The exceptions of Tutela: one class for each status, each also the built-in class that Python code expects."""

from __future__ import annotations

from ._tutela import Status


class TutelaError(Exception):
    """Base of all errors of the library. `status` says what went wrong; the message never contains a list hash."""

    status: Status = Status.internal


class CancelledError(TutelaError):
    """The work was stopped because the caller asked for it."""

    status = Status.cancelled


class InvalidArgumentError(TutelaError, ValueError):
    """A parameter outside its documented range."""

    status = Status.invalid_argument


class TooSmallError(TutelaError, ValueError):
    """An image with a side of fewer than 5 pixels, which has no PDQ hash."""

    status = Status.too_small


class LimitError(TutelaError):
    """A stated limit (bytes, pixels, entries) would be passed."""

    status = Status.limit


class TimeLimitError(TutelaError, TimeoutError):
    """The work took longer than its limit allows."""

    status = Status.timeout


class NotFoundError(TutelaError, FileNotFoundError):
    """No such file or folder."""

    status = Status.not_found


class PermissionDeniedError(TutelaError, PermissionError):
    """The system refused access to a file."""

    status = Status.permission_denied


class InputOutputError(TutelaError, OSError):
    """Reading or writing a file failed."""

    status = Status.io_error


class UnsupportedError(TutelaError):
    """The data is of no kind that this build reads."""

    status = Status.unsupported


class CorruptError(TutelaError):
    """The data contradicts its own format."""

    status = Status.corrupt


class ChecksumMismatchError(CorruptError):
    """The data is not what was written."""

    status = Status.checksum_mismatch


class VersionMismatchError(UnsupportedError):
    """A format version that this build does not know."""

    status = Status.version_mismatch


class OutOfMemoryError(TutelaError, MemoryError):
    """Memory could not be had."""

    status = Status.out_of_memory


class CrashedError(TutelaError):
    """A process that works for the library ended without an answer."""

    status = Status.crashed


class UnavailableError(TutelaError):
    """A process that the library needs cannot be started, now."""

    status = Status.unavailable


_CLASSES: dict[Status, type[TutelaError]] = {
    error.status: error
    for error in (
        TutelaError,
        CancelledError,
        InvalidArgumentError,
        TooSmallError,
        LimitError,
        TimeLimitError,
        NotFoundError,
        PermissionDeniedError,
        InputOutputError,
        UnsupportedError,
        CorruptError,
        ChecksumMismatchError,
        VersionMismatchError,
        OutOfMemoryError,
        CrashedError,
        UnavailableError,
    )
}


def from_status(status: Status, message: str) -> TutelaError:
    """The exception for a status; the extension module calls this."""
    return _CLASSES[status](message or status.name)
