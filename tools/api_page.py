#!/usr/bin/env python3
"""Writes docs/api.md from the headers that cmake/DecantInstall.cmake installs: what each is about, and its public declarations.

    tools/api_page.py            writes the page
    tools/api_page.py --check    fails where the page is not what the headers say
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/api.md"
START = """# The C++ library

What `find_package(decant)` gives: the headers below, in namespace `decant`. Start with
[`decant/select/select.h`](#decantselectselecth); [examples/choose_rows.cc](../examples/choose_rows.cc) is a whole program.
This page is written from the headers by `tools/api_page.py`.
"""


def installed_headers():
    text = (ROOT / "cmake/DecantInstall.cmake").read_text(encoding="utf-8")
    return [f"decant/{name}.h" for name in re.search(r"foreach\(header\s([^)]*)\)", text).group(1).split()]


def essay_and_code(text):
    """The comment that opens the file, and what follows the includes."""
    lines = text.splitlines()
    count = next(i for i, line in enumerate(lines) if not line.startswith("//"))
    essay = [line[2:].removeprefix(" ") for line in lines[:count]]
    rest = "\n".join(lines[count:]).replace("\\\n", " ")  # a macro is one line
    rest = re.sub(r"(?m)^(#define \w+\([^)]*\)).*", r"\1", rest)
    rest = re.sub(r"(?m)^(#(pragma|include).*|namespace decant\b.*|}  // namespace.*)\n?", "", rest)
    return essay, rest.strip("\n")


def markdown(essay):
    """Prose as paragraphs, indented lines (formulas, programs) as they stand."""
    out, fenced = [], False
    for line in essay:
        if line.startswith("  ") != fenced and line:
            while out and not out[-1]:
                out.pop()
            out += ["```", ""] if fenced else ["", "```text"]
            fenced = not fenced
        out.append(line)
    return "\n".join(out + ["```"] * fenced).strip("\n")


def past(text, at):
    """The place behind the comment, literal or bracketed part that begins at `at`, or the next character's."""
    if text.startswith(("//", "#"), at):
        return len(text) if (end := text.find("\n", at)) < 0 else end
    if text[at] in "\"'" and not text[at - 1].isdigit():  # 10'000 is a number
        end = at + 1
        while text[end] != text[at]:
            end += 2 if text[end] == "\\" else 1
        return end + 1
    if text[at] in "({[":
        end = at + 1
        while text[end] not in ")}]":
            end = past(text, end)
        return end + 1
    return at + 1


def kind_of_braces(head):
    """What the braces after `head` hold: the members of a class, the body of a function, or values."""
    head = re.sub(r"(//|#)[^\n]*", "", head)
    if re.match(r"\s*(template\s*<[^{]*>\s*)?(struct|class|union)\b[^()]*$", head):
        return "class"
    return "function" if re.search(r"\)[^=;]*$", head) and not re.match(r"\s*enum\b", head) else "values"


def declarations(text):
    """The text without bodies of functions and what is not public."""
    out, begin, at, public = "", 0, 0, True
    while at < len(text):
        end, piece = past(text, at), None
        kind = kind_of_braces(text[begin:at]) if text[at] == "{" else ""
        if kind == "class":
            piece = text[begin:at + 1] + declarations(text[at + 1:end - 1]) + "}"
        elif kind == "function":  # its head, without what initialises members
            piece = re.sub(r"\)\s*:\s[^;]*$", ")", text[begin:at].rstrip()) + ";"
            end += text[end:end + 1] == ";"
        elif text[at] == ";":
            piece = text[begin:end]
        elif label := re.search(r"\n\s*(public|protected|private):$", text[begin:end]):
            piece = text[begin:end] if label.group(1) == "public" else ""
            public = label.group(1) == "public"
        if piece is not None:
            out += piece if public else ""
            begin = end
        at = end
    return out + (text[begin:] if public else "\n")


def section(header):
    essay, code = essay_and_code((ROOT / header).read_text(encoding="utf-8"))
    shown = re.sub(r"\n{3,}", "\n\n", declarations(code)).strip("\n")
    return f"## {header}\n\n{markdown(essay)}\n\n```cpp\n{shown}\n```\n"


def main(arguments):
    page = "\n".join([START, *(section(header) for header in installed_headers())])
    if arguments == ["--check"]:
        if PAGE.exists() and PAGE.read_text(encoding="utf-8") == page:
            print("docs/api.md is what the headers say")
            return 0
        print("docs/api.md is not what the headers say: run tools/api_page.py")
        return 1
    PAGE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
