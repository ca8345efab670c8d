/**
 * The `probe` check: the candidate as a service, behind its own entry point, asked from a client of ours that shares nothing but its loopback.
 *
 * For images without a shell, and for those whose shell lies: what counts is what somebody outside is answered. Neither the candidate nor the
 * client, which reads hostile answers, ever sees the nonce of the result line.
 */
import type { ProbeCheck } from '../check.ts';
import { formatReference, type DigestReference } from '../reference.ts';
import { askFiles } from './ask-files.ts';
import type { Judgement } from './judgement.ts';
import { sandboxWords } from './sandbox.ts';
import { planTrustedStep, readEnd, readResult, type CheckPlan, type EndedRun } from './trusted-step.ts';

/** The candidate still ran when it had been asked. */
const UP = 'up';
/** In place of the client's exit code: the candidate ended before it could be asked. */
const NOT_ASKED = '-';

export interface ProbeFacts {
  candidate: DigestReference;
  runnerImage: string;
  /** Of checks that name none. */
  clientImage: string;
  nonce: string;
}

/** The image that asks. */
export const clientOf = ({ client }: ProbeCheck, { clientImage }: Pick<ProbeFacts, 'clientImage'>): string =>
  client ? formatReference(client) : clientImage;

/** What to run. `nonce`: letters and digits. */
export function planProbe(check: ProbeCheck, facts: ProbeFacts): CheckPlan {
  return planTrustedStep({
    script: runScript(check),
    words: check.command ?? [],
    files: askFiles(check.ask, check),
    facts,
    environment: { client: clientOf(check, facts) },
    timeoutSeconds: check.timeoutSeconds,
  });
}

/** What a run that ended says. */
export function judgeProbe(run: EndedRun): Judgement {
  const result = readResult(run);
  if ('none' in result) return result.none;
  const { words, unknown, fail } = result;

  const [client, candidate] = words;
  if (words.length !== 2) return unknown(`the result "${words.join(' ')}" is not that of a probe`);
  if (candidate !== UP) {
    const end = readEnd(candidate);
    if (end.kind === 'unknown') return unknown(end.why('the candidate'));
    return fail(`the candidate ended with exit code ${end.code}, and a service goes on`);
  }
  const asked = readEnd(client);
  if (asked.kind === 'unknown') return unknown(asked.why('the client'), 'client');
  return asked.code === 0
    ? { verdict: 'pass', reasons: [] }
    : fail('the candidate did not answer as it should', 'client');
}

/**
 * The client's words come after the candidate's, so that no line of one is cut by the other's. A candidate that ends takes the client with it;
 * whether it did is asked of the engine, which knows, and not of the order in which two programs ended.
 */
const runScript = ({ sandbox }: ProbeCheck): string => `is_up() {
  [ "$(docker container inspect --format '{{.State.Running}}' "candidate-$run" 2>/dev/null || true)" = true ]
}
docker pull --quiet "$CLIENT" >/dev/null

{
  contain candidate ${sandboxWords(sandbox)} --sysctl net.ipv4.ip_unprivileged_port_start=0 \\
    "$CANDIDATE" "$@"
  remove "client-$run"
} &
until [ -s "$folder/candidate.code" ] || is_up; do sleep 0.2 2>/dev/null || sleep 1; done

echo ${NOT_ASKED} >"$folder/client.code"
if is_up; then
  contain client --rm ${sandboxWords({}, { network: '"container:candidate-$run"', memory: '256m' })} \\
    --volume "$volume:/gate:ro" --entrypoint /bin/sh "$CLIENT" /gate/ask.sh >"$folder/asked"
fi
up=no
if is_up; then up=yes; fi
remove "client-$run"
remove "candidate-$run"
wait

cat "$folder/asked" 2>/dev/null || true
candidate=$(cat "$folder/candidate.code")
if [ "$up" = yes ] && [ "$candidate" != cut ]; then candidate=${UP}; fi
result "$(cat "$folder/client.code")" "$candidate"
`;
