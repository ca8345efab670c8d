/**
 * What every check that runs a candidate has in common: the one step of its quick run, and the trusted side of its shell script.
 *
 * The candidate never is the image of a step, because every step of a run holds the container socket and the registry login. The trusted step
 * starts it nested, in the sandbox. What it prints is prefixed line by line, so that only the trusted script can write a result line; the nonce
 * in that line is in no argument, environment or mount of the candidate. What it prints is also kept in no log of the engine's, where nothing
 * would limit it.
 */
import { formatReference, type DigestReference } from '../reference.ts';
import { lastWords, type Judgement } from './judgement.ts';
import { shellWord } from './shell-word.ts';

export interface CheckPlan {
  files: { path: string; text: string; executable?: boolean }[];
  taskFile: string;
  values: { name: string; value: string; secret: boolean }[];
  timeoutSeconds: number;
}

/** A run of Azure has at least this long (ACR Tasks, run timeout). */
const SHORTEST_RUN_SECONDS = 300;
/** For pulling the candidate and starting the run, on top of the check's own time. */
const OVERHEAD_SECONDS = 120;
/** What a container may print. With more it is stopped, and the verdict is unknown: its exit code would be that of a broken pipe. */
export const MOST_OUTPUT_BYTES = 1_048_576;
/** Sourced by the trusted script. */
export const WORDS_FILE = 'words.sh';
/** In place of an exit code. */
const CUT = 'cut';
/** 128 + SIGKILL, which the time limit and the kernel's memory limit both send. */
const KILLED = 137;

/**
 * `script`: what follows the prelude. `words`: what it finds in `$@`, such as words of the policy, which stand in a file of their own.
 * `files`: below `/gate` in the volume. `nonce`: letters and digits. `environment`: of the trusted step.
 */
export function planTrustedStep({
  script,
  words = [],
  files,
  facts,
  environment = {},
  timeoutSeconds,
}: {
  script: string;
  words?: string[];
  files: Record<string, string>;
  facts: { candidate: DigestReference; runnerImage: string; nonce: string };
  environment?: Record<string, string>;
  timeoutSeconds: number;
}): CheckPlan {
  const runSeconds = Math.max(SHORTEST_RUN_SECONDS, timeoutSeconds + OVERHEAD_SECONDS);
  const values = {
    runner: facts.runnerImage,
    candidate: formatReference(facts.candidate),
    // Not marked secret: Azure might mask it in the log, where it has to be read.
    nonce: facts.nonce,
    timeout: String(timeoutSeconds),
    ...environment,
  };
  return {
    files: [
      { path: 'acr-task.yaml', text: taskFile(Object.keys(values), runSeconds) },
      { path: 'run-check.sh', text: `${PRELUDE}${script}`, executable: true },
      { path: WORDS_FILE, text: `set -- ${words.map(shellWord).join(' ')}\n` },
      ...Object.entries(files).map(([path, text]) => ({ path: `gate/${path}`, text, executable: true })),
    ],
    taskFile: 'acr-task.yaml',
    values: Object.entries(values).map(([name, value]) => ({ name, value, secret: false })),
    timeoutSeconds: runSeconds,
  };
}

/** A run that ended. A run that Azure gave up is no evidence and never gets here. */
export interface EndedRun {
  state: 'succeeded' | 'failed' | 'timeout';
  log: string;
  nonce: string;
}

export interface Result {
  /** The words of the one result line. */
  words: string[];
  unknown: (why: string, by?: Container) => Judgement;
  fail: (why: string, by?: Container) => Judgement;
}
/** Whose last words go with a verdict. */
export type Container = 'candidate' | 'client';

/** The one result line of a run, or why there is none. */
export function readResult({ state, log, nonce }: EndedRun): Result | { none: Judgement } {
  const lines = log.split(/\r?\n/);
  const saidBy = (container: Container) => {
    const prefix = prefixOf(container);
    return lines.filter((line) => line.startsWith(prefix)).map((line) => line.slice(prefix.length));
  };
  const judge =
    (verdict: 'unknown' | 'fail') =>
    (why: string, by: Container = 'candidate'): Judgement => ({ verdict, reasons: [why, ...lastWords(saidBy(by))] });
  const unknown = judge('unknown');
  const fail: Result['fail'] = (why, by) =>
    isOfAnotherMachine(saidBy('candidate'))
      ? unknown('the machine of the run cannot run programs of this platform')
      : judge('fail')(why, by);

  if (state === 'timeout') return { none: unknown('the run was stopped because it took too long') };
  if (state === 'failed') {
    const words = lastWords(lines).join(' | ') || 'its log is empty';
    return { none: unknown(`the run failed before it had a result: ${words}`) };
  }
  const begin = `gate-result ${nonce} `;
  const [result, ...more] = lines.flatMap((line) => (line.startsWith(begin) ? [line.slice(begin.length)] : []));
  if (result === undefined || more.length > 0) {
    return { none: unknown(`expected one result line, found ${result === undefined ? 0 : more.length + 1}`) };
  }
  return { words: result.split(' '), unknown, fail };
}

/** What the end of a container means; `could-not-run`: the engine could not start it, or a shell says that there is no such program. */
export function readEnd(
  word: string | undefined,
): { kind: 'ended'; code: number } | { kind: 'unknown'; why: (whose: string) => string } {
  const unknown = (why: (whose: string) => string) => ({ kind: 'unknown' as const, why });
  if (word === CUT) return unknown((whose) => `${whose} printed more than ${MOST_OUTPUT_BYTES} bytes, and was stopped`);
  const code = /^[0-9]{1,3}$/.test(word ?? '') ? Number(word) : Number.NaN;
  if (code <= 124) return { kind: 'ended', code };
  if (code === KILLED) {
    return unknown(
      (whose) => `${whose} was killed: it took longer than the check allows, or more memory than the sandbox has`,
    );
  }
  return unknown((whose) => `exit code ${word}: ${whose} could not be run in the sandbox`);
}

/** The runtime's own words, where a program would have had the first: its exit code then is 1, as of one that ran. */
function isOfAnotherMachine(said: string[]): boolean {
  const [first = '', ...more] = said.filter((line) => line.trim() !== '');
  return more.length === 0 && /^(?:standard_init_linux\.go:\d+: )?exec .*: exec format error$/.test(first);
}

const prefixOf = (container: Container) => `${container} | `;

/** Every value is a variable of the step; the command line has none but the runner. */
const taskFile = (values: string[], timeoutSeconds: number) => `version: v1.1.0
steps:
  - id: check
    cmd: "{{.Values.runner}} sh run-check.sh"
    timeout: ${timeoutSeconds}
    env:
${values.map((name) => `      - ${name.toUpperCase()}={{.Values.${name}}}\n`).join('')}`;

/** POSIX shell on a docker client. Exit code 0 means "there is a result", whatever the candidate did. */
const PRELUDE = `#!/bin/sh
# The trusted side of a check: runs the candidate in the sandbox, and prints one result line.
set -eu
folder=$(mktemp -d)
volume=$(docker volume create)
run=$(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \\n')
remove() { docker rm --force --volumes "$1" >/dev/null 2>&1 || true; }
clean_up() {
  # The client first: it has the candidate's network.
  remove "client-$run"
  remove "candidate-$run"
  docker volume rm --force "$volume" >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap clean_up EXIT

is_cut() { [ "$(wc -c <"$folder/$1.output")" -gt ${MOST_OUTPUT_BYTES} ]; }

# contain candidate|client <words of docker run>: runs it to its end. Its exit code is in $folder/<candidate|client>.code then.
contain() {
  what=$1
  shift
  {
    code=0
    timeout -s KILL "$TIMEOUT" docker run --name "$what-$run" --log-driver none "$@" </dev/null 2>&1 || code=$?
    echo "$code" >"$folder/$what.code"
  } | {
    head -c ${MOST_OUTPUT_BYTES + 1} | tee "$folder/$what.output" | sed "s/^/$what | /"
    if is_cut "$what"; then remove "$what-$run"; fi
    cat >/dev/null
  }
  if is_cut "$what"; then echo ${CUT} >"$folder/$what.code"; fi
}

result() { printf '\\ngate-result %s %s\\n' "$NONCE" "$*"; }

docker pull --quiet "$CANDIDATE" >/dev/null
. ./${WORDS_FILE}
tar -C gate -cf - . | docker run --rm --interactive --network none --volume "$volume:/gate" --entrypoint tar "$RUNNER" -xf - -C /gate

`;
