#!/usr/bin/env python3
"""Lists public declarations without a doc comment, and exits 1 if there are any.

    python3 Scripts/check_docs.py

What implements a requirement of `Loss` has its documentation there. An `extension` needs none, its members do.
"""
import glob, os, re, sys

INHERITED = re.compile(r"public (var (name|kinds|settings)\b|func (validate|check|evaluate)\()")
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
missing = []
for folder in ("Lacuna", "Tables"):
    for path in sorted(glob.glob(f"{ROOT}/Sources/{folder}/**/*.swift", recursive=True)):
        lines = open(path).read().split("\n")
        isLoss = "/Losses/" in path and not path.endswith("/Loss.swift")
        inPublicEnum = None
        for i, line in enumerate(lines):
            text = line.strip()
            indent = len(line) - len(line.lstrip())
            if inPublicEnum is not None and text == "}" and indent == inPublicEnum:
                inPublicEnum = None
            isCase = inPublicEnum is not None and indent == inPublicEnum + 4 and re.match(r"case [a-z]", text)
            isPublic = re.match(r"public (?!extension)", text) and not (isLoss and INHERITED.match(text))
            if isPublic or isCase:
                above = i - 1
                while lines[above].strip().startswith("@"):
                    above -= 1
                # Names that say it all, in one line: `case train, valid, test`.
                if not lines[above].strip().startswith("///") and not (isCase and "," in text.split("(")[0]):
                    missing.append(f"{os.path.relpath(path, ROOT)}:{i + 1}: {text}")
            if re.match(r"public enum ", text) and not text.endswith("}"):
                inPublicEnum = indent
print("\n".join(missing) if missing else "every public declaration has a doc comment")
sys.exit(1 if missing else 0)
