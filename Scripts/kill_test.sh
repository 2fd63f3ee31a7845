#!/usr/bin/env bash
# Kills training with SIGKILL at random instants, resumes it, and compares the end with a run never stopped.
#   Scripts/kill_test.sh path/to/lacuna [kills, default 50]
set -euo pipefail
lacuna=$(realpath "$1")
scripts=$(realpath "$(dirname "$0")")
kills=${2:-50}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

awk -f "$scripts/gaps.awk" > table.csv
train=("$lacuna" train --data table.csv --id id --objective a:binary --objective b:categorical --objective c:regression
    --epochs 60 --dropout 0.1 --early-stopping 60 --seed 3 --threads 1 --quiet --json)
"${train[@]}" --out whole > whole.json

killed=0 rounds=0
while [ "$killed" -lt "$kills" ]; do
    rounds=$((rounds + 1))
    rm -rf run
    while :; do
        "${train[@]}" --out run --resume > run.json 2> run.err &
        process=$!
        sleep "0.$(printf '%03d' $((RANDOM % 350)))"
        if kill -9 "$process" 2>/dev/null; then
            if wait "$process" 2>/dev/null; then break; fi
            killed=$((killed + 1))
            [ "$killed" -lt "$kills" ] && continue
            # The last round runs to its end.
            "${train[@]}" --out run --resume > run.json
            break
        fi
        wait "$process" || { cat run.err >&2; exit 1; }
        break
    done
    for file in model.safetensors optimizer.safetensors; do
        cmp "whole/$file" "run/$file" || { echo "FAILED: $file differs after $killed kills"; exit 1; }
    done
    "$lacuna" evaluate --model run --split test --json > /dev/null
done
echo "$killed kills in $rounds runs: every run resumed, and ended in the weights of the run never stopped"
