#!/bin/sh
# Runs the C kernels under AddressSanitizer and UndefinedBehaviorSanitizer; exits non-zero when they find anything.
set -eu
cd "$(dirname "$0")/.."
compiler=${CC:-clang}
command -v "$compiler" >/dev/null || { echo "sanitize: no $compiler; install clang or set CC" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$compiler" -std=c17 -g -O1 -Wall -Wextra -fsanitize=address,undefined -fno-sanitize-recover=all \
    -I Sources/CSHA256/include Sources/CSHA256/sha256.c Tests/Sanitizers/sha256_driver.c -o "$folder/sha256" 2>"$folder/log" ||
    { cat "$folder/log" >&2; exit 1; }
ASAN_OPTIONS=detect_leaks=${LEAKS:-1}:abort_on_error=0 "$folder/sha256"

# LACUNA_ONE_CLONE: functions that the loader picks by instruction set run before the sanitizers are ready. Each level
# is built by itself instead, as far as this machine can run it.
levels=default
if [ "$(uname -s)-$(uname -m)" = Linux-x86_64 ]; then
    if grep -qw avx2 /proc/cpuinfo && grep -qw fma /proc/cpuinfo; then levels="$levels x86-64-v3"; fi
    if grep -qw avx512vl /proc/cpuinfo && grep -qw avx512dq /proc/cpuinfo; then levels="$levels x86-64-v4"; fi
fi
for level in $levels; do
    march=
    [ "$level" = default ] || march="-march=$level"
    for optimization in -O1 -O3; do
        # shellcheck disable=SC2086  # an empty march is no argument
        "$compiler" -std=c17 -g $optimization $march -DLACUNA_ONE_CLONE -Wall -Wextra \
            -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer \
            -I Sources/LacunaKernels/include Sources/LacunaKernels/*.c Tests/Sanitizers/kernels_driver.c \
            -o "$folder/kernels" -lm -lpthread 2>"$folder/log" || { cat "$folder/log" >&2; exit 1; }
        # The gold linker has a word about every entry of the sanitizer's own list of symbols.
        grep -v "Cannot export local symbol" "$folder/log" >&2 || true
        printf '%s %s: ' "$level" "$optimization"
        ASAN_OPTIONS=detect_leaks=${LEAKS:-1}:abort_on_error=0 "$folder/kernels"
    done
done
