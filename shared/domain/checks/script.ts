/**
 * The `script` check: a script of the policy, run inside the sandboxed candidate by a trusted step of a quick run.
 *
 * The candidate never is the image of a step, because every step of a run holds the container socket and the registry login. The trusted step
 * starts it nested, without a network, without any right, read-only. Its output is prefixed line by line, so that only the trusted script
 * can write a result line; the nonce in that line is in no argument, environment or mount of the candidate.
 */
import { formatReference, type DigestReference } from '../reference.ts';
import type { ScriptCheck } from '../policy.ts';
import { lastWords, type Judgement } from './judgement.ts';

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
/** What the candidate may print. With more it is stopped, and the verdict is unknown: its exit code would be that of a broken pipe. */
const MOST_OUTPUT_BYTES = 1_048_576;
/** In place of an exit code. */
const CUT = 'cut';
/** 128 + SIGKILL, which the time limit and the kernel's memory limit both send. */
const KILLED = 137;

/** What to run. `nonce`: letters and digits. */
export function planScript(
  check: ScriptCheck,
  facts: { candidate: DigestReference; runnerImage: string; nonce: string },
): CheckPlan {
  const timeoutSeconds = Math.max(SHORTEST_RUN_SECONDS, check.timeoutSeconds + OVERHEAD_SECONDS);
  return {
    files: [
      { path: 'acr-task.yaml', text: taskFile(timeoutSeconds) },
      { path: 'run-check.sh', text: RUN_CHECK, executable: true },
      { path: 'gate/test.sh', text: check.script, executable: true },
    ],
    taskFile: 'acr-task.yaml',
    values: [
      { name: 'runner', value: facts.runnerImage, secret: false },
      { name: 'candidate', value: formatReference(facts.candidate), secret: false },
      // Not marked secret: Azure might mask it in the log, where it has to be read.
      { name: 'nonce', value: facts.nonce, secret: false },
      { name: 'timeout', value: String(check.timeoutSeconds), secret: false },
    ],
    timeoutSeconds,
  };
}

/** What a run that ended says. `state` is the run's own: a run that Azure gave up is no evidence and never gets here. */
export function judgeScript(run: { state: 'succeeded' | 'failed' | 'timeout'; log: string; nonce: string }): Judgement {
  const lines = run.log.split(/\r?\n/);
  const printed = lines.filter((line) => line.startsWith(PREFIX)).map((line) => line.slice(PREFIX.length));
  const unknown = (why: string): Judgement => ({ verdict: 'unknown', reasons: [why, ...lastWords(printed)] });

  if (run.state === 'timeout') return unknown('the run was stopped because it took too long');
  if (run.state === 'failed')
    return unknown(`the run failed before it had a result: ${lastWords(lines).join(' | ') || 'its log is empty'}`);

  const results = lines.flatMap((line) =>
    line.startsWith(`gate-result ${run.nonce} `) ? [line.slice(`gate-result ${run.nonce} `.length)] : [],
  );
  if (results.length !== 1) return unknown(`expected one result line, found ${results.length}`);
  if (results[0] === CUT) return unknown(`it printed more than ${MOST_OUTPUT_BYTES} bytes, and was stopped`);
  const code = /^[0-9]{1,3}$/.test(results[0] ?? '') ? Number(results[0]) : Number.NaN;
  if (code === 0) return { verdict: 'pass', reasons: [] };
  if (code >= 1 && code <= 124) return { verdict: 'fail', reasons: [`exit code ${code}`, ...lastWords(printed)] };
  if (code === KILLED)
    return unknown(
      'the candidate was killed: it took longer than the check allows, or more memory than the sandbox has',
    );
  return unknown(`exit code ${results[0]}: the candidate could not be run in the sandbox`);
}

const PREFIX = 'candidate | ';

const taskFile = (timeoutSeconds: number) => `version: v1.1.0
steps:
  - id: check
    cmd: "{{.Values.runner}} sh run-check.sh"
    timeout: ${timeoutSeconds}
    env:
      - RUNNER={{.Values.runner}}
      - CANDIDATE={{.Values.candidate}}
      - NONCE={{.Values.nonce}}
      - TIMEOUT={{.Values.timeout}}
`;

/** POSIX shell on a docker client: the whole trusted side of the check. */
const RUN_CHECK = `#!/bin/sh
# Runs gate/test.sh inside the candidate, without network, rights or a writable file system, and prints one result line.
# Exit code 0 means "there is a result", whatever the candidate did.
set -eu
volume=$(docker volume create)
name="candidate-$(head -c 8 /dev/urandom | od -An -tx1 | tr -d ' \\n')"
code_file=$(mktemp)
output=$(mktemp)
clean_up() {
  docker rm --force "$name" >/dev/null 2>&1 || true
  docker volume rm --force "$volume" >/dev/null 2>&1 || true
  rm -f "$code_file" "$output"
}
trap clean_up EXIT
is_cut() { [ "$(wc -c <"$output")" -gt ${MOST_OUTPUT_BYTES} ]; }

docker pull --quiet "$CANDIDATE" >/dev/null
tar -C gate -cf - . | docker run --rm --interactive --network none --volume "$volume:/gate" --entrypoint tar "$RUNNER" -xf - -C /gate

{
  code=0
  timeout -s KILL "$TIMEOUT" docker run --rm --name "$name" --network none --read-only --tmpfs /tmp --cap-drop ALL \\
    --security-opt no-new-privileges --user 65534:65534 --pids-limit 256 --memory 1g --cpus 1 \\
    --entrypoint /bin/sh --volume "$volume:/gate:ro" "$CANDIDATE" /gate/test.sh </dev/null 2>&1 || code=$?
  echo "$code" >"$code_file"
} | {
  head -c ${MOST_OUTPUT_BYTES + 1} | tee "$output" | sed 's/^/${PREFIX}/'
  if is_cut; then docker rm --force "$name" >/dev/null 2>&1 || true; fi
  cat >/dev/null
}
if is_cut; then echo ${CUT} >"$code_file"; fi

printf '\\ngate-result %s %s\\n' "$NONCE" "$(cat "$code_file")"
`;
