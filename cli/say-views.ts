/** Where a gate and a candidate stand, in lines for a person: what, why, until when, and what can be done by whom. */
import type { CandidateView, GateView } from './app/views.ts';
import { oneLine } from './one-line.ts';

export function sayGate({ name, from, to, current, next, canBeDone, candidates }: GateView): string[] {
  return [
    `gate ${name}: ${from} -> ${to}`,
    line('current', current ? `${current.unique}, ${current.digest}, since ${current.at}` : 'nothing was promoted yet'),
    ...sayNext(next),
    ...sayAdvice(canBeDone),
    ...(candidates.length > 0 ? ['candidates, newest first:'] : ['no candidate was seen yet']),
    ...candidates.map((one) => `  ${one.digest}  ${one.state === 'open' ? (one.next?.why ?? 'open') : sayEnd(one)}`),
    ...(candidates.length > 0 ? [`gated-import explain ${name} <digest> says more of one`] : []),
  ].map(oneLine);
}

export function sayCandidate(gate: string, view: CandidateView): string[] {
  const { digest, seenSince, state, settledAt, next, approval, evidence, canBeDone } = view;
  return [
    `candidate ${digest} of gate ${gate}`,
    line('seen since', seenSince),
    ...(state === 'settled'
      ? [line('what', `${view.outcome?.kind ?? 'settled'}, ${settledAt ?? ''}`), line('why', view.why ?? '')]
      : next
        ? sayNext(next)
        : []),
    ...Object.entries(evidence).flatMap(([check, one]) => [
      line(
        'check',
        `${check}: ${one.state === 'running' ? `running since ${one.startedAt}` : `${one.verdict}, ${one.finishedAt}`}`,
      ),
      ...(one.reasons ?? []).map((reason) => line('', reason)),
    ]),
    ...(approval?.given ?? []).map((one) => line('approved', `by ${one.name ?? one.by}: ${one.why}`)),
    ...(approval?.void ?? []).map((one) => line('void', `the approval of ${one.name ?? one.by}: ${one.because}`)),
    ...sayAdvice(canBeDone),
  ].map(oneLine);
}

function sayNext({ action, why, until }: NonNullable<CandidateView['next']>): string[] {
  return [
    line('what', action === 'rest' ? 'it waits' : `under way: ${action}`),
    line('why', why),
    line('until', until ?? (action === 'rest' ? 'something changes, or somebody does something' : 'it is done')),
  ];
}

const sayEnd = ({ outcome, why }: CandidateView): string =>
  outcome?.kind === 'rejected' || outcome?.kind === 'failed' ? `${outcome.kind}: ${why}` : (why ?? '');

const sayAdvice = (advice: CandidateView['canBeDone']): string[] => [
  'what you can do:',
  ...advice.flatMap(({ what, by, command }) => [`  ${what} (${by})`, `      ${command}`]),
  ...(advice.length === 0 ? ['  nothing'] : []),
];

const LABEL = 11;
const line = (label: string, text: string): string => `  ${label.padEnd(LABEL)} ${text}`;
