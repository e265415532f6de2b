#!/usr/bin/env bash
# Fetches a file unless it is there, and checks its MD5 sum if that is known.
# usage: fetch-verified.sh URL FILE [MD5]
set -euo pipefail

url=$1 file=$2 md5=${3:-}

sum() {
  if command -v md5sum > /dev/null; then md5sum < "$1" | cut -d ' ' -f 1; else md5 -q "$1"; fi
}

matches() {
  [[ -z $md5 || $(sum "$1") == "$md5" ]]
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
    echo "$(basename "$0"): what came from $url has not the MD5 sum $md5 (perhaps a page that asks" \
      "for a login or says that a quota is used up); fetch it by hand to $file" >&2
    exit 1
  }
  mv "$file.partial" "$file"
elif ! matches "$file"; then
  echo "$(basename "$0"): $file has not the MD5 sum $md5; remove it and run this again" >&2
  exit 1
fi
