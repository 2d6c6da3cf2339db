#!/usr/bin/env python3
"""bundled_licences.py FOLDER EXTENSION [FILE …]: the licences of what the Python extension brings along.

Its shared libraries, which repairing the wheel puts next to it, and FILEs, archives and headers that are compiled in, belong to packages of
the distribution; the copyright file of each goes into FOLDER as PACKAGE.txt, and index.json says which file is of which package. A FILE
outside of the distribution's packages is one of a Python package, whose licence is taken. Where there is no dpkg, the index is empty.
"""
import importlib.metadata
import json
import pathlib
import re
import shutil
import subprocess
import sys

# Every Linux has them, and a wheel does not bring them along (PEP 600).
SYSTEM = re.compile(r"^(linux-vdso|ld-linux-x86-64|lib(c|m|dl|rt|pthread|gcc_s|stdc\+\+|atomic))\.so")


def shared_libraries(extension):
    listing = subprocess.run(["ldd", extension], capture_output=True, text=True, check=True).stdout
    for name, path in re.findall(r"^\s*(\S+) => (/\S+)", listing, re.M):
        if not SYSTEM.match(name):
            yield name, pathlib.Path(path)


def package_of(path):
    """The distribution's package with that file, which a merged /usr may list under either name."""
    for name in {str(path), str(path.resolve())}:
        for place in (name, name.removeprefix("/usr"), "/usr" + name):
            found = subprocess.run(["dpkg", "-S", place], capture_output=True, text=True)
            if found.returncode == 0:
                return re.split(r"[:,]", found.stdout)[0]
    return None


def python_licences(path):
    """(name, files) of the Python package that a file belongs to."""
    for parent in path.parents:
        for info in parent.glob(f"{path.relative_to(parent).parts[0]}-*.dist-info"):
            distribution = importlib.metadata.Distribution.at(info)
            return distribution.metadata["Name"], [f for f in info.rglob("*") if re.match(r"(LICEN[CS]E|COPYING|NOTICE)", f.name)]
    return None, []


def main():
    folder, extension, *files = map(pathlib.Path, sys.argv[1:])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if shutil.which("dpkg") is None:
        print("bundled_licences: no dpkg here, so no licences of libraries are put into the wheel")
        (folder / "index.json").write_text("{}\n")
        return
    index, lost = {}, []
    for name, path in [*shared_libraries(extension), *((file.name, file) for file in files)]:
        package = package_of(path)
        texts = [pathlib.Path(f"/usr/share/doc/{package}/copyright")] if package else []
        if not package:
            package, texts = python_licences(path)
        if not texts or not all(text.is_file() for text in texts):
            lost.append(str(path))
            continue
        (folder / f"{package}.txt").write_bytes(b"\n".join(text.read_bytes() for text in texts))
        index[name] = package
    if lost:
        sys.exit("bundled_licences: no copyright file of " + ", ".join(lost))
    (folder / "index.json").write_text(json.dumps(dict(sorted(index.items())), indent=1) + "\n")


if __name__ == "__main__":
    main()
