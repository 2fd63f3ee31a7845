#!/bin/bash
# Fuzzes every reader in turn, or those that are named: Scripts/fuzz.sh [TARGET…]
#
# SECONDS_EACH  how long each is fuzzed (600)
# AT_ONCE       how many at a time (1)
# What is found lies in .build-fuzz/findings; the files that reached new code, which the next run begins with, in
# .build-fuzz/corpus. Ends with 1 where anything was found.
set -u
cd "$(dirname "$0")/.."
seconds=${SECONDS_EACH:-600} at_once=${AT_ONCE:-1}
root=.build-fuzz program=${PROGRAM:-.build-fuzz/release/lacuna-fuzz}
export ASAN_OPTIONS=detect_leaks=0:quarantine_size_mb=16:allocator_may_return_null=0:${ASAN_OPTIONS:-}
mkdir -p $root/findings $root/logs

# Files are small. The harness stops at 2 s of work; a minute stops what waits for ever, also on a busy machine.
fuzz() {
    local target=$1 corpus=$root/corpus/$1
    mkdir -p "$corpus"
    $program seeds "$target" "$root/seeds/$target" > "$root/logs/$target.log" 2>&1 || return 1
    nice $program "$target" "$corpus" "$root/seeds/$target" -max_total_time="$seconds" -timeout=60 -rss_limit_mb=1024 \
        -malloc_limit_mb=512 -max_len=65536 -print_final_stats=1 -artifact_prefix="$root/findings/$target-" \
        >> "$root/logs/$target.log" 2>&1
}

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <($program targets)
names=() found=0
for target in "${targets[@]}"; do
    fuzz "$target" &
    names+=("$!:$target")
    if [ ${#names[@]} -ge "$at_once" ] || [ "$target" = "${targets[-1]}" ]; then
        for name in "${names[@]}"; do
            status="nothing found"
            wait "${name%%:*}" || { status="FOUND, see $root/logs/${name#*:}.log"; found=1; }
            runs=$(grep -a -o 'number_of_executed_units: *[0-9]*' "$root/logs/${name#*:}.log" | tail -1 | grep -o '[0-9]*$')
            echo "${name#*:}: ${runs:-0} files in at most $seconds s, $status"
        done
        names=()
    fi
done
exit $found
