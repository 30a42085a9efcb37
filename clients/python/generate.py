"""Writes kaucim/types.py from the OpenAPI document of a server.

python3 generate.py openapi.json            # writes it
python3 generate.py --check openapi.json    # fails where the file is not what it would be
"""

import json
import keyword
import pathlib
import sys

FILE = pathlib.Path(__file__).parent / "kaucim" / "types.py"

# What this client takes in or hands out; whatever these are made of comes with them.
WANTED = [
    "AskAccepted", "Cancelled", "Deities", "Deity", "DrawPromised", "DrawRevealed", "Entries", "Event", "History",
    "Lot", "ProblemDocument", "TaskDocument", "TaskResult",
]

HEAD = '''"""What the server sends and takes, as types. Written by generate.py: do not edit."""

from typing import Any, Literal, NotRequired, TypedDict

'''


def name_of(reference):
    return reference["$ref"].rsplit("/", 1)[1]


def needed(schemas):
    """The names of all schemas that the wanted ones are made of, those first that others need."""
    order, open_ones = [], set()

    def visit(name):
        if name in order or name in open_ones:
            return
        open_ones.add(name)
        for reference in references(schemas[name]):
            visit(reference)
        order.append(name)

    for name in WANTED:
        visit(name)
    return order


def references(schema):
    if isinstance(schema, dict):
        if "$ref" in schema:
            yield name_of(schema)
        for member in schema.values():
            yield from references(member)
    elif isinstance(schema, list):
        for member in schema:
            yield from references(member)


def written(schema):
    """A schema as a type."""
    if "$ref" in schema:
        return name_of(schema)
    if "const" in schema:
        return f"Literal[{json.dumps(schema['const'])}]"
    if "enum" in schema:
        return f"Literal[{', '.join(json.dumps(value) for value in schema['enum'])}]"
    for union in ("oneOf", "anyOf"):
        if union in schema:
            return " | ".join(dict.fromkeys(written(member) for member in schema[union]))
    kind = schema.get("type")
    if isinstance(kind, list):
        return " | ".join(written({**schema, "type": one}) for one in kind)
    if kind == "array":
        return f"list[{written(schema.get('items', {}))}]"
    if kind == "object":
        values = schema.get("additionalProperties")
        return f"dict[str, {written(values) if isinstance(values, dict) else 'Any'}]"
    return {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}.get(kind, "Any")


def comment(schema, indent):
    lines = schema.get("description", "").split("\n")
    return "".join(f"{indent}# {line.strip()}\n" for line in lines if line.strip())


def members(schema):
    """The members of an object, as a class has them."""
    text = ""
    for name, member in schema.get("properties", {}).items():
        assert name.isidentifier() and not keyword.iskeyword(name), name
        kind = written(member)
        if name not in schema.get("required", []):
            kind = f"NotRequired[{kind}]"
        text += comment(member, "    ") + f"    {name}: {kind}\n"
    return text or "    pass\n"


def definition(name, schema):
    alternatives = schema.get("oneOf", [])
    if alternatives and all("properties" in one for one in alternatives):
        # One class for each, called after its tag.
        text, names = "", []
        for one in alternatives:
            tag = one["properties"]["type"]["const"]
            names.append("".join(part.title() for part in tag.split("_")) + name)
            text += comment(one, "") + f"class {names[-1]}(TypedDict):\n{members(one)}\n\n"
        return text + comment(schema, "") + f"{name} = {' | '.join(names)}\n"
    if "properties" in schema:
        return comment(schema, "") + f"class {name}(TypedDict):\n{members(schema)}"
    if alternatives:
        # Single values, each with what it means.
        text = comment(schema, "") + f"{name} = Literal[\n"
        for one in alternatives:
            values = [one["const"]] if "const" in one else one.get("enum", [])
            text += comment(one, "    ") + "".join(f"    {json.dumps(value)},\n" for value in values)
        return text + "]\n"
    return comment(schema, "") + f"{name} = {written(schema)}\n"


def generated(document):
    schemas = document["components"]["schemas"]
    return HEAD + "\n" + "\n\n".join(definition(name, schemas[name]) for name in needed(schemas))


def main(arguments):
    is_check = arguments[:1] == ["--check"]
    [path] = arguments[is_check:]
    text = generated(json.loads(pathlib.Path(path).read_text(encoding="utf-8")))
    if not is_check:
        FILE.write_text(text, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != text:
        sys.exit(f"{FILE} is not what the server says any more: run generate.py with its /openapi.json, and read what changes")


if __name__ == "__main__":
    main(sys.argv[1:])
