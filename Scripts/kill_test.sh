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
    --dropout 0.1 --seed 3 --threads 1 --quiet --json)

# Kills runs of so many epochs until there were so many kills, each after a random time from a least to a most of milliseconds.
kill_runs() {
    local epochs=$1 kills=$2 least=$3 most=$4 killed=0 rounds=0 process wait file
    local command=("${train[@]}" --epochs "$epochs" --early-stopping "$epochs")
    rm -rf whole
    "${command[@]}" --out whole > whole.json
    while [ "$killed" -lt "$kills" ]; do
        rounds=$((rounds + 1))
        rm -rf run
        while :; do
            "${command[@]}" --out run --resume > run.json 2> run.err &
            process=$!
            wait=$((least + RANDOM % (most - least)))
            sleep "$((wait / 1000)).$(printf '%03d' $((wait % 1000)))"
            if kill -9 "$process" 2>/dev/null; then
                if wait "$process" 2>/dev/null; then break; fi
                killed=$((killed + 1))
                [ "$killed" -lt "$kills" ] && continue
                # The last round runs to its end.
                "${command[@]}" --out run --resume > run.json
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
    echo "$killed kills in $rounds runs of $epochs epochs: every run resumed, and ended in the weights of the run never stopped"
}

# Start, first checkpoint, end; then between the checkpoints of a run of several seconds.
kill_runs 60 "$kills" 0 350
kill_runs 2000 "$(((kills + 9) / 10))" 2200 4500
