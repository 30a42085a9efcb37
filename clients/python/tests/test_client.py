"""The client against a real server: KAUCIM_SERVER and KAUCIM_KEY say which. Its model should write some words a second."""

import asyncio
import io
import os
import pathlib
import re
import socket
import sys
import threading
import unittest
import urllib.parse
from contextlib import redirect_stdout
from unittest import mock

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

from kaucim import AsyncKaucim, Kaucim, Lost, Problem, Reading, Unfair, Unread, verify  # noqa: E402

SERVER, KEY = os.environ.get("KAUCIM_SERVER", ""), os.environ.get("KAUCIM_KEY", "")


class Cutting:
    """Stands before the server and cuts the nth connection after so many bytes of its answer."""

    def __init__(self, server: str, most):
        parts = urllib.parse.urlsplit(server)
        self.server, self.most, self.count = (parts.hostname, parts.port), most, 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            self.count += 1
            threading.Thread(target=self.pass_on, args=(client, self.most(self.count)), daemon=True).start()

    def pass_on(self, client, left):
        with client, socket.create_connection(self.server) as server:
            threading.Thread(target=self.copy, args=(client, server), daemon=True).start()
            while left > 0 and (data := server.recv(min(left, 4096))):
                client.sendall(data)
                left -= len(data)
            # Closing alone would wait for the thread that reads from it.
            client.shutdown(socket.SHUT_RDWR)
            server.shutdown(socket.SHUT_RDWR)

    @staticmethod
    def copy(client, server):
        try:
            while data := client.recv(4096):
                server.sendall(data)
        except OSError:
            pass

    def close(self):
        self.listener.close()


class AgainstTheServer(unittest.TestCase):
    def setUp(self):
        if not SERVER:
            self.skipTest("KAUCIM_SERVER is not set")
        self.kaucim = Kaucim(SERVER, KEY)

    def assert_whole(self, reading: Reading, task_id: str):
        stored = self.kaucim.task(task_id)["result"]
        self.assertEqual(reading.status, "completed")
        self.assertEqual([reading.sections[index]["text"] for index in range(1, 8)], [s["text"] for s in stored["sections"]])
        self.assertEqual(reading.text, stored["text"])

    def test_a_question_is_read_to_its_end(self):
        asked = self.kaucim.ask("yue_lao", "Will it come to an end?", number=7)
        self.assertEqual(asked.lot["number"], 7)
        texts = []
        reading = asked.read(lambda reading: texts.append(reading.text))
        self.assert_whole(reading, asked.task_id)
        self.assertGreaterEqual(len(set(texts)), 7, "it grew with every section")

    @mock.patch("kaucim.stream.delay", lambda *_: 0.02)
    def test_nothing_is_lost_or_repeated_when_connections_are_cut(self):
        cutting = Cutting(SERVER, lambda count: 2000 + 1700 * count)
        self.addCleanup(cutting.close)
        asked = self.kaucim.ask("yue_lao", "Will it be whole?", number=8)
        reading, tokens, kept = Reading(), "", []
        for message in Kaucim(cutting.url, KEY).follow(asked.task_id):
            if message.name == "llm_streaming":
                tokens += message.data["token"]
            elif message.name == "section_completed":
                self.assertTrue(message.data["text"].startswith(tokens), (message.data["text"], tokens))
                tokens = ""
            if message.name not in ("section_started", "llm_streaming", "validation", "heartbeat"):
                kept.append(message.cursor)
            reading.apply(message)
        self.assert_whole(reading, asked.task_id)
        self.assertGreater(cutting.count, 3, "it was cut")
        self.assertEqual(kept, [f"{number}.0" for number in range(1, len(kept) + 1)])

    @mock.patch("kaucim.http.delay", lambda *_: 0.02)
    def test_a_lost_answer_asks_nothing_twice(self):
        cutting = Cutting(SERVER, lambda count: 7 if count == 1 else 1_000_000)
        self.addCleanup(cutting.close)
        before = sum(1 for _ in self.kaucim.history())
        asked = Kaucim(cutting.url, KEY).ask("yue_lao", "Is it asked once?", number=9)
        self.assertGreater(cutting.count, 1, "the first answer was lost")
        self.assertEqual(sum(1 for _ in self.kaucim.history()), before + 1)
        asked.cancel()

    def test_a_reading_goes_on_in_another_process(self):
        asked = self.kaucim.ask("yue_lao", "Will it go on?", number=10)
        reading, follow = Reading(), asked.follow()
        for message in follow:
            reading.apply(message)
            if message.name == "llm_streaming":
                break
        follow.close()
        for message in self.kaucim.asked(asked.task_id).follow(cursor=message.cursor):
            reading.apply(message)
        self.assert_whole(reading, asked.task_id)

    def test_a_reading_is_cancelled(self):
        asked = self.kaucim.ask("yue_lao", "Will it stop?", number=11)
        self.assertEqual(asked.cancel(), "cancelled")
        with self.assertRaises(Unread) as raised:
            asked.result()
        self.assertEqual(raised.exception.reading.status, "cancelled")
        self.kaucim.erase(asked.task_id)
        with self.assertRaises(Problem) as raised:
            self.kaucim.task(asked.task_id)
        self.assertEqual((raised.exception.status, raised.exception.code), (404, "task_not_found"))

    def test_one_more_question_is_asked_once(self):
        first = self.kaucim.ask("yue_lao", "Shall I write to her?", number=12)
        with self.assertRaises(Problem) as raised:
            first.follow_up("And when?")
        self.assertEqual((raised.exception.code, raised.exception.task_id), ("task_running", first.task_id))
        first.result()
        second = first.follow_up("And when?", language="en")
        self.assertEqual(second.lot, first.lot)
        self.assertFalse(second.accepted["drawn"])
        self.assertEqual(second.result()["follows"], first.task_id)
        self.assertEqual(self.kaucim.task(first.task_id)["followed_by"], second.task_id)
        for asked in (first, second):
            with self.assertRaises(Problem) as raised:
                asked.follow_up("And then?")
            self.assertEqual((raised.exception.code, raised.exception.task_id), ("follow_up_asked", second.task_id))

        async def of_an_earlier_process():
            kaucim = AsyncKaucim(SERVER, KEY)
            asked = await kaucim.ask("yue_lao", "Shall I move?", number=13)
            await asked.result()
            return await (await kaucim.follow_up(asked.task_id, "And where to?")).cancel()

        self.assertIn(asyncio.run(of_an_earlier_process()), ("cancelled", "completed"))

    def test_a_draw_is_verified(self):
        draw = self.kaucim.draw("yue_lao")
        shown = self.kaucim.reveal(draw, "what I like")
        self.assertEqual(shown["nonce"], "what I like")
        self.assertEqual(verify(shown), shown["number"])
        for change in ({"number": shown["number"] % shown["count"] + 1}, {"secret": "00" * 32}, {"nonce": "another"}):
            with self.assertRaises(Unfair):
                verify({**shown, **change}, draw)
        asked = self.kaucim.ask("yue_lao", "Is it the one that I drew?", draw_id=draw.draw_id)
        self.assertEqual(asked.lot["number"], shown["number"])
        asked.cancel()

    def test_several_are_read_at_once_in_asyncio(self):
        async def read_all():
            kaucim = AsyncKaucim(SERVER, KEY)
            asked = [await kaucim.ask("yue_lao", f"Question {number}?", number=number) for number in (1, 2, 3)]
            results = await asyncio.gather(*(one.result() for one in asked))
            async for message in kaucim.follow(asked[0].task_id):
                return results, message.name

        results, first = asyncio.run(read_all())
        self.assertEqual([result["lot"]["number"] for result in results], [1, 2, 3])
        self.assertEqual(first, "status")

    def test_a_wrong_key_is_told_at_once(self):
        with self.assertRaises(Problem) as raised:
            Kaucim(SERVER, "kc_nonsense").ask("yue_lao", "Who am I?")
        self.assertEqual(raised.exception.code, "unauthenticated")

    def test_a_server_that_is_not_there_is_told(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.assertRaises(Lost):
            next(Kaucim(f"http://127.0.0.1:{port}", KEY).follow("any", patience=0))

    def test_the_lines_of_the_readme_work(self):
        text = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
        blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
        self.assertEqual(len(blocks), 5)
        out, names = io.StringIO(), {}
        with redirect_stdout(out):
            for block in blocks:
                exec(compile(block, "README.md", "exec"), names)
            asyncio.run(names["read"]("Does it work later?"))
        self.assertIn("complete", out.getvalue())
        self.assertGreater(len(out.getvalue()), 1000)


if __name__ == "__main__":
    unittest.main()
