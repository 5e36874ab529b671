#!/usr/bin/env python3
"""Reduces the published OpenAPI documents to the table of answers that the contract tests hold ours against.

    tests/contract/lib/replies.py DOCUMENT.json... >tests/contract/replies.txt

One line for each operation and status 2xx, sorted: METHOD path | status | schema. The schema is JSON:

    "string"  "number"  "integer"  "boolean"  "object"  "array"  "any"
                               a value of that type; "string:date-time" also of that format
    {"id*": S, "name": S}      an object; * marks what must be there
    [S]                        a list
    {"=": ["a", "b"]}          one of these texts
    {"?": S}                   S or null
    -                          the documents do not say what the answer holds; as status: nor how it succeeds

References are followed and the parts of allOf merged. What explains (descriptions, examples, defaults) and bounds of
lengths and numbers are left out; a keyword that is neither known nor left out ends the script.
"""

import json
import sys

LEFT_OUT = {"default", "description", "example", "maxLength", "maximum", "minimum", "pattern", "title"}
KNOWN = {"$ref", "allOf", "enum", "format", "items", "nullable", "properties", "required", "type"}
METHODS = ("delete", "get", "patch", "post", "put")


class Document:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.tree = json.load(file)
        # https://host/identity: the same on every server.
        self.prefix = "/" + self.tree["servers"][0]["url"].split("/", 3)[3]

    def resolve(self, schema):
        """The schema with references followed and allOf merged, one level deep."""
        unknown = schema.keys() - KNOWN - LEFT_OUT
        if unknown:
            sys.exit(f"cannot reduce: {', '.join(sorted(unknown))} in {json.dumps(schema)}")
        out = {k: v for k, v in schema.items() if k in KNOWN - {"$ref", "allOf"}}
        parts = list(schema.get("allOf", []))
        if "$ref" in schema:
            parts.append(self.tree["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]])
        for part in map(self.resolve, parts):
            properties = {**part.get("properties", {}), **out.get("properties", {})}
            required = part.get("required", []) + out.get("required", [])
            out = {**part, **out}
            if properties:
                out["properties"] = properties
            if required:
                out["required"] = required
        return out

    def reduce(self, schema):
        schema = self.resolve(schema)
        shape = self.reduce_type(schema)
        return {"?": shape} if schema.get("nullable") else shape

    def reduce_type(self, schema):
        kind = schema.get("type", "object" if "properties" in schema else "any")
        if "enum" in schema:
            return {"=": sorted(schema["enum"])}
        if kind == "array" and schema.get("items"):
            return [self.reduce(schema["items"])]
        if kind == "object" and schema.get("properties"):
            required = schema.get("required", [])
            return {
                name + ("*" if name in required else ""): self.reduce(member)
                for name, member in sorted(schema["properties"].items())
            }
        return kind + (":" + schema["format"] if "format" in schema else "")

    def lines(self):
        for path, item in self.tree["paths"].items():
            for method in METHODS:
                if method in item:
                    yield from self.answers(f"{method.upper()} {(self.prefix + path).rstrip('/')}", item[method])

    def answers(self, name, operation):
        good = [(status, reply) for status, reply in operation["responses"].items() if status.startswith("2")]
        for status, reply in good or [("-", {})]:
            yield f"{name} | {status} | {self.body(reply)}"

    def body(self, reply):
        for content in reply.get("content", {}).values():
            return json.dumps(self.reduce(content["schema"]), separators=(",", ":"), ensure_ascii=False)
        return "-"


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: replies.py DOCUMENT.json... >replies.txt")
    print("# Made by tests/contract/lib/replies.py out of the published documents; the notation is explained there.")
    print(*sorted(line for path in sys.argv[1:] for line in Document(path).lines()), sep="\n")


if __name__ == "__main__":
    main()
