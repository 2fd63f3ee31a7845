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

# Kills runs of so many epochs until there were so many kills, each after a random time from a least of milliseconds to a
# quarter more than a whole run takes, so that its end is struck too. A run that takes less than twice the least
# has its epochs doubled.
kill_runs() {
    local epochs=$1 kills=$2 least=$3 killed=0 rounds=0 most process wait file TIMEFORMAT=%3R
    local -a command
    while :; do
        command=("${train[@]}" --epochs "$epochs" --early-stopping "$epochs")
        rm -rf whole
        most=$({ time "${command[@]}" --out whole > whole.json 2> whole.err; } 2>&1) || { cat whole.err >&2; exit 1; }
        # Seconds with three digits after the point, or the comma of some languages.
        most=$((10#${most//[!0-9]/}))
        [ "$most" -le $((2 * least + 100)) ] || break
        epochs=$((2 * epochs))
    done
    most=$((most * 5 / 4))
    while [ "$killed" -lt "$kills" ]; do
        [ "$rounds" -lt $((3 * kills)) ] || { echo "FAILED: only $killed of $kills kills struck $rounds runs of $epochs epochs"; exit 1; }
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
kill_runs 60 "$kills" 0
kill_runs 2000 "$(((kills + 9) / 10))" 2200
