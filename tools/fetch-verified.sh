#!/usr/bin/env bash
# Fetches a file unless it is there, and checks its MD5 or SHA-256 sum if that is known.
# usage: fetch-verified.sh URL FILE [SUM]
set -euo pipefail

url=$1 file=$2 known=${3:-}
kind=MD5
[[ ${#known} -ne 64 ]] || kind=SHA-256

sum() {
  case $kind in
    MD5) if command -v md5sum > /dev/null; then md5sum < "$1"; else md5 -q "$1"; fi ;;
    SHA-256) if command -v sha256sum > /dev/null; then sha256sum < "$1"; else shasum -a 256 < "$1"; fi ;;
  esac | cut -d ' ' -f 1
}

matches() {
  [[ -z $known || $(sum "$1") == "$known" ]]
}

if [[ ! -f $file ]]; then
  command -v curl > /dev/null || {
    echo "$(basename "$0"): curl is missing; install it, or fetch $url to $file by hand" >&2
    exit 1
  }
  mkdir -p "$(dirname "$file")"
  echo "fetching $url" >&2
  # Goes on where an earlier attempt broke off.
  curl --fail --location --continue-at - --connect-timeout 20 --output "$file.partial" "$url" || {
    echo "$(basename "$0"): can't fetch $url (is there a network?);" \
      "run this again, or put the file at $file by hand" >&2
    exit 1
  }
  matches "$file.partial" || {
    rm -f "$file.partial"
    echo "$(basename "$0"): what came from $url has not the $kind sum $known (perhaps a page that asks" \
      "for a login or says that a quota is used up); fetch it by hand to $file" >&2
    exit 1
  }
  mv "$file.partial" "$file"
elif ! matches "$file"; then
  echo "$(basename "$0"): $file has not the $kind sum $known; remove it and run this again" >&2
  exit 1
fi
