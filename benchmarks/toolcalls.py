"""How well classes of disagreement between tool calls agree with a look by hand: a confusion table.

``python benchmarks/toolcalls.py FOLDER`` reads recorded exchanges of real providers (``FOLDER/*.jsonl``, which are no
part of this repository), takes the pairs that ``data/toolcalls.json`` names by file and line with the class that a
person gave each, adds variations of real calls whose class is known by how they were made, and prints class assigned
against class by hand. Exit code 1: some differ.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.report import table

from outlast.checks.draw import Tool, ToolCall
from outlast.checks.toolcalls import compare_calls
from outlast.dialects.said import Collector
from outlast.dialects.sse import Splitter

BY_HAND = Path(__file__).parent / "data" / "toolcalls.json"
VARIED = 40
"""Real calls that are varied."""
Answer = tuple[list[ToolCall], list[Tool]]
Object = dict[str, Any]


def events(text: str) -> Iterator[Object]:
    """The JSON documents of a stream."""
    for line in text.splitlines():
        if line.startswith("data:") and line[5:].strip() not in ("", "[DONE]"):
            yield json.loads(line[5:])


def chat(line: Object) -> Iterator[tuple[str, Any]]:
    """OpenAI's chat completions and those that imitate it."""
    collector, splitter = Collector(), Splitter()
    if line["response_kind"] == "json":
        collector.piece(json.dumps(line["response"]).encode())
    else:
        for event in splitter.feed(line["response"].encode() + b"\n\n"):
            collector.event(event)
    yield from ((call.name, call.arguments) for call in collector.said.tool_calls)


def messages(line: Object) -> Iterator[tuple[str, Any]]:
    """Anthropic's messages."""
    if line["response_kind"] == "json":
        blocks = line["response"].get("content", [])
        yield from ((block["name"], block["input"]) for block in blocks if block.get("type") == "tool_use")
        return
    found: dict[int, tuple[str, list[str]]] = {}
    for event in events(line["response"]):
        if event.get("content_block", {}).get("type") == "tool_use":
            found[event["index"]] = (event["content_block"]["name"], [])
        elif event.get("delta", {}).get("type") == "input_json_delta" and event["index"] in found:
            found[event["index"]][1].append(event["delta"]["partial_json"])
    yield from ((name, "".join(pieces) or "{}") for name, pieces in found.values())


def gemini(line: Object) -> Iterator[tuple[str, Any]]:
    """Gemini's contents."""
    documents = [line["response"]] if line["response_kind"] == "json" else events(line["response"])
    for document in documents:
        for candidate in document.get("candidates", []):
            for part in candidate.get("content", {}).get("parts", []):
                if "functionCall" in part:
                    yield part["functionCall"]["name"], part["functionCall"].get("args", {})


def responses(line: Object) -> Iterator[tuple[str, Any]]:
    """OpenAI's responses."""
    document = line["response"]
    if line["response_kind"] != "json":
        done = [event["response"] for event in events(document) if event.get("type") == "response.completed"]
        document = done[-1] if done else {}
    yield from (
        (each["name"], each["arguments"]) for each in document.get("output", []) if each["type"] == "function_call"
    )


def converse(line: Object) -> Iterator[tuple[str, Any]]:
    """Bedrock's converse; its event streams are not read."""
    if line["response_kind"] == "json":
        blocks = line["response"].get("output", {}).get("message", {}).get("content", [])
        yield from ((block["toolUse"]["name"], block["toolUse"]["input"]) for block in blocks if "toolUse" in block)


READERS = {
    "openai-chat": chat, "compatible-chat": chat, "anthropic-messages": messages,
    "gemini": gemini, "openai-responses": responses, "bedrock-converse": converse,
}  # fmt: skip


def offered(request: Object) -> Iterator[tuple[str, Any]]:
    """Every tool of a request, in whichever dialect."""
    for tool in request.get("tools", []):
        if not isinstance(tool, dict):
            continue
        for declared in tool.get("functionDeclarations") or tool.get("function_declarations") or []:
            schemas = ("parametersJsonSchema", "parameters_json_schema", "parameters")
            yield declared["name"], next((declared[word] for word in schemas if word in declared), None)
        if "function" in tool:
            yield tool["function"]["name"], tool["function"].get("parameters")
        elif "name" in tool:
            yield tool["name"], tool.get("input_schema", tool.get("parameters"))
    for tool in (request.get("toolConfig") or {}).get("tools", []):
        if "toolSpec" in tool:
            yield tool["toolSpec"]["name"], tool["toolSpec"]["inputSchema"]["json"]


def read(folder: Path, name: str) -> list[Answer | None]:
    """What each line of one file calls, of what it offers."""
    found: list[Answer | None] = []
    for text in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
        line = json.loads(text)
        if line["status"] != 200 or not isinstance(line["request"], dict) or line["response_kind"] == "base64":
            found.append(None)
            continue
        tools = [Tool(tool, json.dumps(schema or {}).encode()) for tool, schema in offered(line["request"])]
        try:
            made = list(READERS[name](line))
        except AttributeError:  # answers that are lists, of other kinds than are looked at here
            made = []
        calls = [ToolCall(call, given if isinstance(given, str) else json.dumps(given)) for call, given in made]
        found.append((calls, tools))
    return found


def variations(call: ToolCall, tools: list[Tool]) -> Iterator[tuple[str, list[ToolCall]]]:
    """One real call as another model might have made it, and the class of the difference."""
    given = json.loads(call.arguments)
    first = next(iter(given))
    other = [name for name in (tool.name for tool in tools) if name != call.name]

    def again(arguments: object, name: str = call.name) -> ToolCall:
        return ToolCall(name, arguments if isinstance(arguments, str) else json.dumps(arguments))

    yield "same", [again(dict(reversed(given.items())))]
    yield "same", [again(json.dumps(given, indent=2, ensure_ascii=False))]
    yield "argument missing", [again({name: value for name, value in given.items() if name != first})]
    yield "argument added", [again({**given, "made_up": 1})]
    yield "argument differs", [again({**given, first: ["another"]})]
    yield "arguments are no JSON", [again(call.arguments[:-1])]
    yield "no call", []
    yield "other number of calls", [call, call]
    yield "unknown tool", [again(given, "made_up")]
    if other:
        yield "other tool", [again(given, other[0])]


def compared(folder: Path) -> Iterator[tuple[str, str, str]]:
    """Where, class by hand, class assigned."""
    answers = {name: read(folder, name) for name in READERS}
    for left, right, by_hand in json.loads(BY_HAND.read_text("utf-8")):
        (file, line), (other_file, other_line) = left.split(":"), right.split(":")
        calls, tools = answers[file][int(line)] or ([], [])
        others, _ = answers[other_file][int(other_line)] or ([], [])
        yield f"{left} {right}", by_hand, compare_calls(calls, others, tools)
    seen: dict[ToolCall, list[Tool]] = {}
    for answered in (each for name in READERS for each in answers[name] if each):
        for call in answered[0]:
            if call.arguments.strip() not in ("", "{}") and call.name in {tool.name for tool in answered[1]}:
                seen.setdefault(call, answered[1])
    for call, tools in list(seen.items())[:VARIED]:
        for by_hand, others in variations(call, tools):
            yield call.name, by_hand, compare_calls([call], others, tools)


def main() -> int:
    """The table; 1 where a class is not what a person said."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    found = list(compared(parser.parse_args().folder))
    counts = Counter((by_hand, assigned) for _, by_hand, assigned in found)
    classes = sorted({each for pair in counts for each in pair})
    rows = [[name, *(str(counts[name, assigned] or "") for assigned in classes)] for name in classes]
    print(table(["by hand, assigned", *classes], rows))
    wrong = [each for each in found if each[1] != each[2]]
    print(f"\n{len(found)} comparisons, {len(found) - len(wrong)} as by hand")
    for where, by_hand, assigned in wrong:
        print(f"{where}: by hand {by_hand}, assigned {assigned}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
