"""Events of a task: decoded from the wire, and followed over any number of connections."""

import http.client
import json
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass, field

from .errors import Lost
from .http import LATER, Wire, delay, problem_of

ENDS = ("complete", "error", "cancelled")
# The server sends something every 12 seconds at least.
SILENCE = 40.0
# More than any line of the server has; a stream that goes beyond it is none of ours.
MOST_LINE = 16 * 1024 * 1024


@dataclass(frozen=True)
class Message:
    """One event: its name, what it carries, and the place behind it, where it has one."""

    name: str
    data: dict = field(repr=False)
    cursor: str | None = None


class Decoder:
    """Server-sent events (WHATWG HTML, 9.2), line by line."""

    def __init__(self) -> None:
        self.cursor: str | None = None
        self.retry: float | None = None
        self._id: str | None = None
        self._event = ""
        self._data: list[str] = []

    def line(self, line: str) -> Message | None:
        """Takes in a line without its end; returns the event that it ends."""
        if not line:
            name, data = self._event, self._data
            self._event, self._data = "", []
            # Only now: a place in front of half an event is not reached yet.
            self.cursor = self._id
            if not data:
                return None
            return Message(name or "message", json.loads("\n".join(data)), self.cursor)
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "event":
            self._event = value
        elif name == "data":
            self._data.append(value)
        elif name == "id" and "\0" not in value:
            self._id = value
        elif name == "retry" and value.isascii() and value.isdigit():
            self.retry = int(value) / 1000
        return None


def lines(answer) -> Iterator[str]:
    """The lines of an answer as they come. The server ends them with LF; a CR before it is let go."""
    while line := answer.readline(MOST_LINE):
        if not line.endswith(b"\n"):
            return
        yield line.rstrip(b"\r\n").decode()


def follow(wire: Wire, path: str, cursor: str | None, partial_text: bool, patience: float) -> Iterator[Message]:
    """Each event once, in order, to the end of the task, whatever happens to connections in between.

    Comes back with the cursor of the last event; waits longer each time, and gives up (`Lost`) when nothing has come
    for `patience` seconds."""
    base, tries, heard = 2.0, 0, time.monotonic()
    query = "" if partial_text else "?" + urllib.parse.urlencode({"partial_text": "off"})
    while True:
        wait, why = 0.0, "the stream ended"
        try:
            headers = {"Accept": "text/event-stream"}
            if cursor is not None:
                headers["Last-Event-ID"] = cursor
            connection, answer = wire.open("GET", path + query, headers=headers, timeout=SILENCE)
            try:
                if answer.status == 204:
                    return
                if answer.status != 200:
                    problem = problem_of(answer, answer.read(65536))
                    if answer.status not in LATER:
                        raise problem
                    wait, why = problem.retry_after or 0.0, str(problem)
                else:
                    decoder = Decoder()
                    for line in lines(answer):
                        message = decoder.line(line)
                        base = base if decoder.retry is None else decoder.retry
                        cursor = decoder.cursor or cursor
                        if message is None:
                            continue
                        tries, heard = 0, time.monotonic()
                        yield message
                        if message.name in ENDS:
                            return
            finally:
                # Not `answer.close()`, which would wait for the rest.
                connection.close()
        except (OSError, http.client.HTTPException, UnicodeDecodeError, json.JSONDecodeError) as error:
            why = str(error)
        tries += 1
        if time.monotonic() - heard > patience:
            raise Lost(f"nothing has come for {patience:.0f} seconds: {why}", cursor)
        time.sleep(max(delay(tries, base), wait))
