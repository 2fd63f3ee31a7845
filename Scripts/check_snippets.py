#!/usr/bin/env python3
"""Runs every ```python block of the documentation that a ```text block follows, and compares what it prints.

    .venv/bin/python Scripts/check_snippets.py [LACUNA]

LACUNA is the command, by default .build/release/lacuna: the README's train and predict make the model that the reader in
ModelFormat.md reads. Needs torch and safetensors; `make goldens` makes .venv.
"""
import glob, io, os, re, shlex, subprocess, sys, tempfile
from contextlib import redirect_stdout

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PAIR = re.compile(r"```python\n(.*?)```\n+```text\n(.*?)```", re.S)
lacuna = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else f"{ROOT}/.build/release/lacuna")
pages = sorted(glob.glob(f"{ROOT}/Sources/Lacuna/Lacuna.docc/*.md") + glob.glob(f"{ROOT}/Documentation/**/*.md", recursive=True))
folder = tempfile.TemporaryDirectory()
os.chdir(folder.name)
os.symlink(f"{ROOT}/Examples", "Examples")
for block in re.findall(r"```sh\n(.*?)```", open(f"{ROOT}/README.md").read(), re.S):
    for line in block.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words[:2] in (["lacuna", "train"], ["lacuna", "predict"]):
            subprocess.run([lacuna] + words[1:], check=True, capture_output=True)
subprocess.run([lacuna, "export", "--model", "runs/patients", "--out", "patients.safetensors"], check=True, capture_output=True)
failures = runs = 0
for path in pages:
    for code, expected in PAIR.findall(open(path).read()):
        out = io.StringIO()
        with redirect_stdout(out):
            exec(compile(code, path, "exec"), {})
        runs += 1
        if out.getvalue().strip() != expected.strip():
            failures += 1
            print(f"{path}: expected\n{expected}got\n{out.getvalue()}")
print(f"{runs} snippets, {failures} wrong")
sys.exit(1 if failures or not runs else 0)
