/**
 * The whole trusted side of a scan: POSIX shell on a docker client.
 *
 * Of the scanner nothing comes through as it is: its report is packed and framed under the nonce, its words get a prefix. `CURRENT`,
 * `DATABASE`, `DATABASE_PATH` and `DATABASE_DATED` are `none` where there is none.
 */
import { MOST_DATED_BYTES, MOST_PACKED_BYTES, MOST_REPORT_BYTES, MOST_WORDS_BYTES } from './limits.ts';
import { WORDS_PREFIX } from './scan-log.ts';

export const RUN_SCAN = `#!/bin/sh
# Scans what runs now and the candidate, each as a file, and prints the reports. Exit code 0 means "this is all there is to say".
set -eu
folder=$(mktemp -d)
image=$(docker volume create)
scratch=$(docker volume create)
name="scanner-$(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \\n')"
source=
clean_up() {
  docker rm --force "$name" >/dev/null 2>&1 || true
  [ -z "$source" ] || docker rm --force "$source" >/dev/null 2>&1 || true
  docker volume rm --force "$image" "$scratch" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT
# Runs a script of ours with a volume at /volume.
in_volume() {
  docker run --rm --interactive --network none --volume "$1:/volume" --entrypoint sh "$RUNNER" -c "$2"
}
# A pipe has the exit code of its end: what must not be cut short leaves a mark when it was.
whole() { "$@" || : >"$folder/cut-short"; }
assert_whole() {
  if [ -e "$folder/cut-short" ]; then echo "$1" >&2; exit 1; fi
}
size() { wc -c <"$1"; }
# Prints a file under a name, and nothing of it when it is too large.
print_part() {
  gzip -9 -c "$2" >"$folder/packed"
  if [ "$(size "$folder/packed")" -gt ${MOST_PACKED_BYTES} ]; then return 1; fi
  printf 'gate-scan %s begin %s %s\\n' "$NONCE" "$1" "$(sha256sum <"$folder/packed" | cut -d ' ' -f 1)"
  base64 <"$folder/packed"
  printf 'gate-scan %s end %s\\n' "$NONCE" "$1"
}

docker pull --quiet "$SCANNER" >/dev/null
printf 'gate-scan %s image scanner %s\\n' "$NONCE" "$SCANNER"
if [ "$DATABASE" != none ]; then
  [ "$DATABASE" = "$SCANNER" ] || docker pull --quiet "$DATABASE" >/dev/null
  source=$(docker create --network none "$DATABASE" none)
  whole docker cp "$source:$DATABASE_PATH" - | in_volume "$scratch" "
    set -e
    mkdir /volume/unpacked
    tar -xf - -C /volume/unpacked
    mv '/volume/unpacked/\${DATABASE_PATH##*/}' /volume/database" || : >"$folder/cut-short"
  assert_whole "$DATABASE_PATH of $DATABASE could not be read"
  if [ "$DATABASE_DATED" != none ]; then
    in_volume "$scratch" "head -c ${MOST_DATED_BYTES} '/volume/database/$DATABASE_DATED'" </dev/null >"$folder/dated"
  fi
fi
in_volume "$scratch" 'mkdir /volume/tmp && chown -R 65534:65534 /volume' </dev/null

set --
while IFS= read -r argument; do set -- "$@" "$argument"; done <arguments
started=$(date +%s)

# scan <name> <image> <arguments…>
scan() {
  what=$1
  printf 'gate-scan %s image %s %s\\n' "$NONCE" "$what" "$2"
  docker pull --quiet --platform "$PLATFORM" "$2" >/dev/null
  whole docker save "$(docker image inspect --format '{{.Id}}' "$2")" | in_volume "$image" 'cat >/volume/image.tar' || : >"$folder/cut-short"
  assert_whole "$2 could not be saved"
  shift 2
  left=$((TIMEOUT + started - $(date +%s)))
  if [ "$left" -lt 1 ]; then left=1; fi
  : >"$folder/report"
  {
    {
      code=0
      timeout -s KILL "$left" docker run --rm --name "$name" --network none --read-only --tmpfs /tmp --cap-drop ALL \\
        --security-opt no-new-privileges --user 65534:65534 --pids-limit 256 --memory 2g --cpus 1 \\
        --env HOME=/tmp --env TMPDIR=/scratch/tmp --volume "$image:/image:ro" --volume "$scratch:/scratch" \\
        "$SCANNER" "$@" </dev/null 2>&3 || code=$?
      echo "$code" >"$folder/code"
    } | {
      head -c ${MOST_REPORT_BYTES + 1} >"$folder/report"
      if [ "$(size "$folder/report")" -gt ${MOST_REPORT_BYTES} ]; then docker rm --force "$name" >/dev/null 2>&1 || true; fi
      cat >/dev/null
    }
  } 3>&1 | {
    head -c ${MOST_WORDS_BYTES} | sed 's/^/${WORDS_PREFIX}/'
    cat >/dev/null
  }
  docker rm --force "$name" >/dev/null 2>&1 || true
  printf '\\n'
  code=$(cat "$folder/code")
  if [ "$(size "$folder/report")" -gt ${MOST_REPORT_BYTES} ]; then code=cut
  elif [ "$code" = 0 ] && ! print_part "$what" "$folder/report"; then code=large
  fi
  printf 'gate-scan %s code %s %s\\n' "$NONCE" "$what" "$code"
}

if [ -e "$folder/dated" ]; then print_part database "$folder/dated"; fi
if [ "$CURRENT" != none ]; then scan current "$CURRENT" "$@"; fi
scan candidate "$CANDIDATE" "$@"
printf 'gate-scan %s done\\n' "$NONCE"
`;
