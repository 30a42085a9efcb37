"""What can go wrong, by what a caller would do about it."""


class KaucimError(Exception):
    """Anything that this client says."""


class Problem(KaucimError):
    """The server refused. `code` is stable and documented; `retry_after` is in seconds, where it helps."""

    def __init__(self, status: int, document: dict):
        self.status = status
        self.code: str = document.get("code", "unknown")
        self.title: str = document.get("title", "")
        self.detail: str = document.get("detail", "")
        self.task_id: str | None = document.get("task_id")
        self.retry_after: float | None = document.get("retry_after")
        super().__init__(f"{self.code} ({status}): {self.detail or self.title}")


class Lost(KaucimError):
    """The server could not be reached for as long as the caller has patience. `cursor` is where to read on later."""

    def __init__(self, message: str, cursor: str | None = None):
        self.cursor = cursor
        super().__init__(message)


class Unread(KaucimError):
    """A reading came to an end that is no reading: it failed, or was cancelled. `reading` has what was sealed."""

    def __init__(self, message: str, reading):
        self.reading = reading
        super().__init__(message)
