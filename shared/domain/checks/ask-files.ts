/**
 * The scripts that ask a candidate, for the shell of the client: again and again, until it answers as the policy says or its time is over.
 *
 * The answers are hostile, so they are read here, where there is no more to win than in the candidate's own sandbox, and only so much of them
 * for so long. It speaks HTTP itself, over `nc`: a `wget` says nothing of an answer that is not 200, and follows redirects.
 */
import type { ProbeQuestion } from '../check.ts';
import { shellWord } from './shell-word.ts';

/** Of one answer. */
const MOST_ANSWER_BYTES = 1_048_576;
/** For one answer. */
const PATIENCE_SECONDS = 10;
/** Of the last answer, in the log. */
const SHOWN_BYTES = 500;
/** In place of an exit code of the question: the client has no such program, or cannot read the question. */
const CANNOT_ASK = 126;

/** By their path below `/gate`. */
export function askFiles(
  question: ProbeQuestion,
  { withinSeconds }: { withinSeconds: number },
): Record<string, string> {
  switch (question.kind) {
    case 'http':
      return { 'ask.sh': script(http(question), { needs: 'nc mkfifo sed grep', withinSeconds }) };
    case 'tcp':
      return { 'ask.sh': script(tcp(question), { needs: 'nc', withinSeconds }) };
    case 'run':
      return { 'ask.sh': script(RUN, { needs: 'sh', withinSeconds }), 'line.sh': `${question.line}\n` };
  }
}

/** `ask` defines a function of that name, which says in `$problem` why it was not answered as it should. */
const script = (ask: string, { needs, withinSeconds }: { needs: string; withinSeconds: number }): string => `#!/bin/sh
# Asks the candidate. Exit code 0: it answered as it should; 1: not in time; ${CANNOT_ASK}: this client cannot ask.
set -u
cd /tmp
say() { printf '%s\\n' "$1"; }
cannot_ask() { say "$1"; exit ${CANNOT_ASK}; }
for program in timeout date sleep head wc ${needs}; do
  command -v "$program" >/dev/null || cannot_ask "this client has no program \\"$program\\"; name another one under \\"client\\""
done

# limited <bytes> <command…>: what it says is in the file "said", its exit code in $code. Written without a pipe, which what it leaves running
# would keep open; one that says more is ended by the limit of the file, which is in blocks of 512 bytes.
limited() {
  blocks=$(($1 / 512 + 1))
  shift
  code=0
  (ulimit -f "$blocks"; timeout -s KILL "$patience" "$@" >said) 2>errors || code=$?
}
first_error() { head -n 1 errors | head -c 200; }

${ask}
problem='there was no time to ask'
began=$(date +%s)
while patience=$((began + ${withinSeconds} - $(date +%s))) && [ "$patience" -gt 0 ]; do
  [ "$patience" -le ${PATIENCE_SECONDS} ] || patience=${PATIENCE_SECONDS}
  if ask; then
    say "it answered as it should after $(($(date +%s) - began)) s"
    exit 0
  fi
  sleep 1
done
if [ -s said ]; then
  head -c ${SHOWN_BYTES} said
  echo
fi
say "not within ${withinSeconds} s: $problem"
exit 1
`;

type Http = Extract<ProbeQuestion, { kind: 'http' }>;

const http = ({ path, port, status, contains, matches }: Http): string =>
  `say ${shellWord(`GET http://127.0.0.1:${port}${path}`)}
${matches === undefined ? '' : understood(matches)}ask() {
  # From a pipe that stays open: some servers take the end of the question for the end of the caller.
  rm -f question
  mkfifo question
  exec 3<>question
  printf 'GET %s HTTP/1.0\\r\\nHost: %s\\r\\nConnection: close\\r\\n\\r\\n' ${shellWord(path)} ${shellWord(port === 80 ? 'localhost' : `localhost:${port}`)} >&3
  limited ${MOST_ANSWER_BYTES} nc 127.0.0.1 ${port} <&3
  exec 3>&-

  if [ "$(wc -c <said)" -gt ${MOST_ANSWER_BYTES} ]; then
    problem='it answers with more than ${MOST_ANSWER_BYTES} bytes'
    return 1
  fi
  if [ "$code" = 137 ]; then problem="its answer did not end within $patience s"; return 1; fi
  if ! [ -s said ]; then problem="$(first_error)"; problem=\${problem:-it answers nothing}; return 1; fi
  IFS= read -r line <said || true
  case $line in
  'HTTP/1.'[01]' '[1-5][0-9][0-9]*) ;;
  *) problem='what it answers is not HTTP'; return 1 ;;
  esac
  status=\${line#* }
  status=\${status%%[!0-9]*}
  if [ "$status" != ${status} ]; then problem="status $status instead of ${status}"; return 1; fi
  sed "1,/^$(printf '\\r')*\\$/d" said >body
${contains === undefined ? '' : lookFor(`-F -e ${shellWord(contains)}`, `its body does not contain "${contains}"`)}${
    matches === undefined ? '' : lookFor(`-E -e ${shellWord(matches)}`, `its body does not match ${matches}`)
  }}
`;

const understood = (expression: string): string => `code=0
echo | grep -E -q -e ${shellWord(expression)} || code=$?
[ "$code" -le 1 ] || cannot_ask 'the grep of this client does not understand the expression under "matches"'
`;

const lookFor = (pattern: string, problem: string): string =>
  `  if ! grep -q ${pattern} body; then problem=${shellWord(problem)}; return 1; fi\n`;

/** A connection that is closed at once is one, and so is one that is open until it is killed, or ended because it says so much. */
const tcp = ({ port }: { port: number }): string => `say 'connecting to 127.0.0.1:${port}'
ask() {
  [ "$patience" -le 2 ] || patience=2
  limited 1 nc 127.0.0.1 ${port} </dev/null
  : >said
  case $code in 0 | 137 | 153) return 0 ;; esac
  problem=$(first_error)
  return 1
}
`;

const RUN = `say "running: $(cat /gate/line.sh)"
ask() {
  limited 65536 sh -c 'exec 2>&1; . /gate/line.sh' </dev/null
  case $code in
  0) return 0 ;;
  126 | 127)
    cat said
    cannot_ask 'this client cannot run that; name another one under "client"'
    ;;
  137) problem="it did not end within $patience s" ;;
  *) problem="exit code $code" ;;
  esac
  return 1
}
`;
