#!/usr/bin/env bash
# Makes a Python environment with the peers that tests read our files with: readers.sh FOLDER PACKAGE…
# Where that cannot be done, it says so and lets the tests go on: they name what they skip.
set -uo pipefail
folder=$1
shift
if ! command -v python3 >/dev/null; then
    echo "warning: python3 is not here; the tests that read ONNX, safetensors and TensorBoard files with their own readers are skipped" >&2
    exit 0
fi
echo "installing $* into $folder"
if ! { python3 -m venv "$folder.partial" && "$folder.partial/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }; then
    rm -rf "$folder.partial"
    echo "warning: $* cannot be installed; the tests that read ONNX, safetensors and TensorBoard files with their own readers are skipped" >&2
    exit 0
fi
# A virtual environment's own interpreter does not mind being moved; its scripts are not used.
mv "$folder.partial" "$folder"
