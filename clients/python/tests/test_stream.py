"""What is decoded and held, without a server."""

import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from kaucim import Kaucim, Message, Reading  # noqa: E402
from kaucim.http import delay  # noqa: E402
from kaucim.stream import Decoder  # noqa: E402


def decoded(text):
    decoder = Decoder()
    return [message for line in text.split("\n")[:-1] if (message := decoder.line(line))], decoder


def applied(*events):
    reading = Reading()
    for name, data in events:
        reading.apply(Message(name, data))
    return reading


STARTED = ("section_started", {"section": "conclusion", "title": "Conclusion", "index": 7, "of": 7})
SEALED = ("section_completed", {"section": "conclusion", "title": "Conclusion", "index": 7, "text": "All of it."})


def token(text):
    return "llm_streaming", {"section": "conclusion", "token": text}


class Decoding(unittest.TestCase):
    def test_a_place_without_an_event_counts(self):
        messages, decoder = decoded("retry: 1500\nid: 0.0\n\n")
        self.assertEqual((messages, decoder.cursor, decoder.retry), ([], "0.0", 1.5))

    def test_an_event_without_a_place_has_that_of_the_one_before(self):
        messages, _ = decoded('id: 1.0\nevent: status\ndata: {"a":1}\n\nevent: heartbeat\ndata: {}\n\n')
        self.assertEqual([(m.name, m.cursor) for m in messages], [("status", "1.0"), ("heartbeat", "1.0")])

    def test_comments_and_halves_are_passed_over(self):
        messages, decoder = decoded(': ping\nid: 1.0\n\nid: 2.0\nevent: lot\ndata: {"half":1}\n')
        # What was cut off before its empty line is sent again.
        self.assertEqual((messages, decoder.cursor), ([], "1.0"))

    def test_what_looks_like_an_event_in_a_text_stays_a_text(self):
        [message], _ = decoded('event: llm_streaming\ndata: {"token":"\\n\\nevent: complete\\ndata: {}"}\n\n')
        self.assertEqual(message.data["token"], "\n\nevent: complete\ndata: {}")


class Holding(unittest.TestCase):
    def test_open_text_grows_and_is_replaced_by_the_sealed_one(self):
        self.assertEqual(applied(STARTED, token("All "), token("of")).text, "Conclusion\nAll of")
        reading = applied(STARTED, token("All "), SEALED)
        self.assertEqual((reading.open, reading.text), (None, "Conclusion\nAll of it."))

    def test_a_section_that_is_announced_again_keeps_its_text(self):
        self.assertEqual(applied(STARTED, token("All "), STARTED, token("of")).open["text"], "All of")

    def test_a_reset_drops_open_text_and_no_other(self):
        reading = applied(SEALED, ("section_started", {"section": "challenges", "title": "C", "index": 4}),
                          ("llm_streaming", {"token": "x"}), ("section_reset", {"section": None, "reason": "interrupted"}))
        self.assertEqual((reading.open, list(reading.sections)), (None, [7]))
        self.assertEqual(applied(SEALED, ("reset", {"reason": "unknown_cursor"})).sections, {})

    def test_an_end_is_an_end(self):
        reading = applied(SEALED, ("error", {"code": "internal", "message": "a fault", "retry_allowed": True}))
        self.assertEqual((reading.status, reading.is_ended, reading.error["code"]), ("failed", True, "internal"))
        self.assertEqual(applied(("something_new", {})).status, "queued")


class Waiting(unittest.TestCase):
    def test_each_wait_is_longer_and_none_is_endless(self):
        for attempt in range(1, 60):
            full = min(2.0 * 2 ** (attempt - 1), 30.0)
            self.assertTrue(full / 2 <= delay(attempt, 2.0) <= full)

    def test_an_address_is_no_more_than_an_address(self):
        for wrong in ("oracle.example", "ftp://oracle.example", "https://oracle.example/api", "https://me@oracle.example"):
            with self.assertRaises(ValueError):
                Kaucim(wrong, "key")


if __name__ == "__main__":
    unittest.main()
