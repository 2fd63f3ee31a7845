#!/usr/bin/env bash
# Makes sure that the system packages are there: installs them with apt where there is the right to, else says which.
set -euo pipefail
[ "$(uname)" = Linux ] || exit 0

# Without dpkg the compiler says what is missing.
command -v dpkg-query >/dev/null || exit 0

missing=()
for package in "$@"; do
    dpkg-query --show --showformat='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    echo "error: lacuna needs OpenBLAS, zlib and ISA-L with their headers (on Debian: ${missing[*]})" >&2
    echo "  fix: install them with this system's package manager" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    as_root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    as_root=(sudo)
else
    echo "error: the packages ${missing[*]} are missing" >&2
    echo "  fix: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq "${missing[@]}" >/dev/null
