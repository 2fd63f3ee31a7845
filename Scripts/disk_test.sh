#!/usr/bin/env bash
# Fills the disk under a training run, resumes it, and compares the end with a run that had room; then a read-only disk, full
# devices and closed pipes.
#   Scripts/disk_test.sh path/to/lacuna [rounds, default 10]
# With the right to mount, the disk is a small one in memory; without it, a limit on file sizes stands for a full disk.
# So short a run is saved after its first epoch and at its end, seldom in between: what finds no space is the first checkpoint, the
# last one or the model, and what goes on does so from the checkpoint before, or anew.
set -euo pipefail
lacuna=$(realpath "$1")
scripts=$(realpath "$(dirname "$0")")
rounds=${2:-10}
folder=$(mktemp -d)
mounted=
trap '[ -z "$mounted" ] || umount "$folder/disk"; rm -rf "$folder"' EXIT
cd "$folder"
mkdir disk

fail() { echo "FAILED: $*" >&2; exit 1; }
# Runs a command that must fail with exit code 1, an error of Lacuna's and no crash.
refused() {
    local code=0
    "$@" 2> error || code=$?
    [ "$code" = 1 ] || fail "exit code $code from: $*"
    grep -q "^error: " error || { cat error >&2; fail "no error from: $*"; }
}

awk -f "$scripts/gaps.awk" > table.csv
train=("$lacuna" train --data table.csv --id id --objective a:binary --objective b:categorical --objective c:regression
    --epochs 400 --dropout 0.1 --early-stopping 400 --seed 3 --threads 1 --quiet --json)
"${train[@]}" --out whole > whole.json
same() {
    for file in model.safetensors optimizer.safetensors; do cmp "whole/$file" "$1/$file" || fail "$file differs in $1"; done
}

if mount -t tmpfs -o size=4m none disk 2>/dev/null; then mounted=1; fi
full=0
tries=0
if [ -n "$mounted" ]; then
    while [ "$full" -lt "$rounds" ]; do
        [ "$tries" -lt $((5 * rounds)) ] || fail "only $full of $tries runs met the full disk"
        tries=$((tries + 1))
        rm -rf disk/run disk/filler
        "${train[@]}" --out disk/run > run.json 2> run.err &
        process=$!
        sleep "0.$(printf '%03d' $((100 + RANDOM % 300)))"
        dd if=/dev/zero of=disk/filler bs=4k 2>/dev/null || true
        # A run that ended first proves nothing.
        if wait "$process"; then continue; fi
        grep -q "No space left" run.err || { cat run.err >&2; fail "the run stopped for another reason"; }
        full=$((full + 1))
        rm disk/filler
        "${train[@]}" --out disk/run --resume > run.json
        same disk/run
    done
    echo "$full full disks: every run said so, resumed, and ended in the weights of the run that had room"
    rm -rf disk/run
    mount -o remount,ro disk
    refused "${train[@]}" --out disk/run
    refused "$lacuna" predict --model whole --data table.csv --out disk/p.csv
    refused "$lacuna" split --data table.csv --objective a:binary --out disk/s.csv
    mount -o remount,rw disk
    echo "a read-only disk: refused by train, predict and split"
else
    for limit in 40 60 80 100 120; do
        rm -rf run
        ( trap '' XFSZ; ulimit -f "$limit"; refused "${train[@]}" --out run )
        "${train[@]}" --out run --resume > run.json
        same run
        full=$((full + 1))
    done
    echo "$full runs against a limit on file sizes: every run said so, resumed, and ended in the weights of the run that had room"
fi

mkdir existing && touch existing/mine
refused "${train[@]}" --out existing
refused "${train[@]}" --out existing --overwrite
[ "$(ls existing)" = mine ] || fail "a folder of the user's was touched"
echo "a folder that exists: left alone"

if [ -e /dev/full ]; then
    refused "$lacuna" evaluate --model whole --data table.csv > /dev/full
    refused "$lacuna" split --data table.csv --objective a:binary --out s.csv > /dev/full
    echo "a full device: no success without its result"
fi

rm -rf piped
"${train[@]}" --out piped 2>&1 | head -c 1 > /dev/null || true
"${train[@]}" --out piped --resume > run.json
same piped
"$lacuna" evaluate --model whole --data table.csv | head -1 > /dev/null || true
echo "a closed pipe: the run is whole"
