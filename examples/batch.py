#!/usr/bin/env python3
"""Asks every question of a table, some at once, and writes a table with the readings.

python3 examples/batch.py questions.csv readings.csv

KAUCIM_SERVER and KAUCIM_KEY say which server, and whose readings they are. The first table has a column `question`, and
may have `deity_id`, `number`, `language`, `deck_id` and `end_user`; others are copied. Started again, it asks nothing
twice within a day, whatever stopped it: the same row of the same table has the same Idempotency-Key.
"""

import argparse
import csv
import hashlib
import os
import pathlib
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "clients" / "python"))

from kaucim import Kaucim, KaucimError  # noqa: E402

ADDED = ["task_id", "lot_number", "lot_title", "origin", "reading", "error"]


def read(kaucim: Kaucim, table: str, place: int, row: dict) -> dict:
    """The row with its reading, or with what went wrong."""
    wanted = {name: row[name] for name in ("language", "deck_id", "end_user") if row.get(name)}
    if row.get("number"):
        wanted["number"] = int(row["number"])
    text = repr((table, place, sorted(row.items())))
    wanted["idempotency_key"] = hashlib.sha256(text.encode()).hexdigest()
    try:
        asked = kaucim.ask(row.get("deity_id") or "yue_lao", row["question"], **wanted)
        result = asked.result()
    except KaucimError as error:
        return {**row, "error": str(error)}
    lot = result["lot"]
    return {
        **row, "task_id": asked.task_id, "lot_number": lot["number"], "lot_title": lot["title"],
        "origin": result["origin"], "reading": result["text"] + "\n\n" + result["disclaimer"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("questions", type=pathlib.Path)
    parser.add_argument("readings", type=pathlib.Path)
    parser.add_argument("--at-once", type=int, default=4, help="readings at once; a key has 16 unless its server says otherwise")
    arguments = parser.parse_args()
    kaucim = Kaucim(os.environ["KAUCIM_SERVER"], os.environ["KAUCIM_KEY"])
    with arguments.questions.open(encoding="utf-8-sig", newline="") as file:
        table = csv.DictReader(file)
        rows, columns = list(table), list(table.fieldnames or [])
    if "question" not in columns:
        parser.error(f"{arguments.questions} has no column `question`")
    failed = 0
    with arguments.readings.open("w", encoding="utf-8", newline="") as file, ThreadPoolExecutor(arguments.at_once) as pool:
        out = csv.DictWriter(file, columns + [name for name in ADDED if name not in columns])
        out.writeheader()
        asked = [pool.submit(read, kaucim, arguments.questions.name, *one) for one in enumerate(rows)]
        for place, one in enumerate(asked, start=1):
            row = one.result()
            failed += bool(row.get("error"))
            out.writerow(row)
            file.flush()
            print(f"{place} of {len(rows)}: {row.get('error') or row['lot_title']}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
