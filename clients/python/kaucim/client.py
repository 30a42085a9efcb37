"""The client: one method for each thing that one may want of a server."""

import secrets
import ssl
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from typing import cast

from .draw import Draw, Unfair, verify
from .errors import Unread
from .http import Wire
from .reading import Reading
from .stream import Message, follow
from .types import AskAccepted, Deities, Deity, DrawRevealed, Entries, Language, Lot, TaskDocument, TaskResult

CHAT = "/api/v1/async-chat"


class Kaucim:
    """A server, and the key that asks it. Safe to be used by several threads at once."""

    def __init__(self, base: str, key: str | None = None, *, timeout: float = 30.0, context: ssl.SSLContext | None = None):
        """`timeout` is for single answers, in seconds; `context` is for certificates of one's own authority."""
        self._wire = Wire(base, key, timeout, context)

    def ask(
        self, deity_id: str, question: str, *, number: int | None = None, draw_id: str | None = None,
        deck_id: str | None = None, language: Language | None = None, context: dict[str, str] | None = None,
        end_user: str | None = None, idempotency_key: str | None = None,
    ) -> "Asked":
        """Asks. The question is on the server's disk when this returns, and reaches one end whatever happens.

        Asked again after a lost answer, it is asked once: under `idempotency_key`, or one that is made here."""
        body = {
            "deity_id": deity_id, "question": question, "fortune_number": number, "draw_id": draw_id,
            "deck_id": deck_id, "language": language, "context": context, "end_user": end_user,
        }
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        accepted: AskAccepted = self._wire.call("POST", f"{CHAT}/ask-question", body, headers)
        return Asked(self, accepted["task_id"], accepted["lot"], accepted)

    def follow_up(
        self, task_id: str, question: str, *, language: Language | None = None, context: dict[str, str] | None = None,
        end_user: str | None = None, idempotency_key: str | None = None,
    ) -> "Asked":
        """Asks one more question about a completed reading, on its lot: a reading of its own that knows the first.

        There is one; a second is a `Problem` with the code `follow_up_asked`, whose `task_id` is the first of them."""
        body = {"question": question, "language": language, "context": context, "end_user": end_user}
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        accepted: AskAccepted = self._wire.call("POST", f"{CHAT}/task/{_part(task_id)}/follow-up", body, headers)
        return Asked(self, accepted["task_id"], accepted["lot"], accepted)

    def asked(self, task_id: str) -> "Asked":
        """A task that was asked before, perhaps by another process."""
        return Asked(self, task_id, self.task(task_id)["lot"])

    def draw(self, deity_id: str, *, question: str | None = None, deck_id: str | None = None, end_user: str | None = None) -> Draw:
        """Binds the server to a draw. With a `question` the same matter has the same lot for a day, where the deck says so."""
        body = {"question": question, "deck_id": deck_id, "end_user": end_user}
        body = {name: value for name, value in body.items() if value is not None}
        # A promise that nobody heard of binds nobody: it may be asked for twice.
        promised = self._wire.call("POST", f"/api/v1/deities/{_part(deity_id)}/draw", body)
        return Draw(
            promised.get("draw_id"), promised.get("commitment"), promised["deck_id"], promised["version"],
            promised["count"], promised.get("already_drawn"),
        )

    def reveal(self, draw: Draw, nonce: str | None = None) -> DrawRevealed:
        """Shows what was drawn, and verifies it: `Unfair` where the server did not keep its promise.

        The nonce is yours; where it is absent, chance chooses. The first one counts, so it is not checked where
        another one came first."""
        if draw.draw_id is None:
            raise ValueError("the matter has its lot already, and the server drew it alone: see `already`")
        nonce = nonce or secrets.token_hex(16)
        revealed = self._wire.call("POST", f"/api/v1/draws/{_part(draw.draw_id)}/reveal", {"nonce": nonce})
        for name in ("deck_id", "version", "count"):
            if revealed[name] != getattr(draw, name):
                raise Unfair(f"{name} is not the one that was promised")
        verify(revealed, draw)
        return revealed

    def follow(
        self, task_id: str, *, cursor: str | None = None, partial_text: bool = False, patience: float = 300.0,
    ) -> Iterator[Message]:
        """The events of a task from the start or from a cursor, each once, to the end; connections may break."""
        return follow(self._wire, f"{CHAT}/stream/{_part(task_id)}", cursor, partial_text, patience)

    def task(self, task_id: str) -> TaskDocument:
        return self._wire.call("GET", f"{CHAT}/task/{_part(task_id)}")

    def cancel(self, task_id: str) -> str:
        """Ends a task, and returns the status that it has for good."""
        return self._wire.call("POST", f"{CHAT}/task/{_part(task_id)}/cancel")["status"]

    def erase(self, task_id: str) -> None:
        """Erases a finished task."""
        self._wire.call("DELETE", f"{CHAT}/task/{_part(task_id)}")

    def history(self) -> Iterator[dict]:
        """All tasks of the key's account, the newest first, page by page."""
        cursor = None
        while True:
            query = {"limit": 100} | ({"cursor": cursor} if cursor else {})
            page = self._wire.call("GET", f"{CHAT}/history?{urllib.parse.urlencode(query)}")
            yield from page["tasks"]
            cursor = page.get("next")
            if not cursor:
                return

    def deities(self) -> Deities:
        return self._wire.call("GET", "/api/v1/deities")

    def deity(self, deity_id: str) -> Deity:
        return self._wire.call("GET", f"/api/v1/deities/{_part(deity_id)}")

    def find(self, deity_id: str, text: str) -> Entries:
        """Which lots somebody may hold who types this: a number in any script, 甲子, or words of the verse."""
        query = urllib.parse.urlencode({"q": text})
        return self._wire.call("GET", f"/api/v1/deities/{_part(deity_id)}/find?{query}")

    def lot(self, deity_id: str, number: int) -> Lot:
        return self._wire.call("GET", f"/api/v1/deities/{_part(deity_id)}/lots/{number}")


class Asked:
    """A question that was accepted."""

    def __init__(self, kaucim: Kaucim, task_id: str, lot: Lot, accepted: AskAccepted | None = None):
        self._kaucim, self.task_id, self.lot = kaucim, task_id, lot
        #: The server's answer; absent where somebody else has asked.
        self.accepted = accepted

    def follow(self, **options) -> Iterator[Message]:
        """Its events; the options are those of `Kaucim.follow`."""
        return self._kaucim.follow(self.task_id, **options)

    def read(self, on_change: Callable[[Reading], None] | None = None) -> Reading:
        """Follows it to its end, and returns what a reader holds then. `on_change` is called with each event."""
        reading = Reading()
        for message in self.follow():
            reading.apply(message)
            if on_change:
                on_change(reading)
        return reading

    def result(self) -> TaskResult:
        """Waits for the reading. `Unread` where it failed or was cancelled."""
        reading = self.read()
        if reading.result is None:
            why = reading.error["message"] if reading.error else "it was cancelled"
            raise Unread(why, reading)
        return cast(TaskResult, reading.result)

    def follow_up(self, question: str, **options) -> "Asked":
        """Asks one more question about it once it is completed; the options are those of `Kaucim.follow_up`."""
        return self._kaucim.follow_up(self.task_id, question, **options)

    def cancel(self) -> str:
        return self._kaucim.cancel(self.task_id)


def _part(value: str) -> str:
    return urllib.parse.quote(value, safe="")
