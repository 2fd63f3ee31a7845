#!/usr/bin/env bash
# Makes the Python environment of the benchmarks' peers: bench_env.sh FOLDER REQUIREMENTS.
set -euo pipefail
folder=$1 requirements=$2
echo "installing the benchmarks' peers into $folder; once"
[ -x "$folder/bin/python" ] || python3 -m venv "$folder"
install=("$folder/bin/python" -m pip install --quiet --disable-pip-version-check -r "$requirements")
# PyTorch's wheels without CUDA stand in an index of their own, which is asked only where they are not at hand.
"${install[@]}" || "${install[@]}" --extra-index-url https://download.pytorch.org/whl/cpu
touch "$folder/ready"
