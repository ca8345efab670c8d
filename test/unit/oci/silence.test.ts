/** When a registry is left alone, and for whom. */
import { expect, test } from 'vitest';
import { host } from '../../../shared/domain/reference.ts';
import { silence } from '../../../shared/oci/silence.ts';
import { UpstreamTrouble } from '../../../shared/oci/upstream-trouble.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
const registry = { host: host.parse('ghcr.io'), credentials: undefined };
const reader = { username: 'reader', password: 'secret' };

function start() {
  let now = NOW;
  const { assertOver, note } = silence({ now: () => now });
  const isSilent = (asked: Parameters<typeof assertOver>[0] = registry) => {
    try {
      assertOver(asked);
      return false;
    } catch (error) {
      if (error instanceof UpstreamTrouble) return true;
      throw error;
    }
  };
  return { assertOver, note, isSilent, pass: (seconds: number) => (now += seconds * 1000) };
}

const answered = (status: number, headers: Record<string, string> = {}) => new Response(null, { status, headers });

test.each([429, 503])(
  'a registry that answers %i is left alone for as long as it says, and then no longer',
  (status) => {
    const { note, isSilent, pass, assertOver } = start();

    note(registry, answered(status, { 'Retry-After': '90' }));

    expect(() => assertOver(registry)).toThrow(
      `ghcr.io asked us to wait (${status}), and is not asked again before 2026-03-02T10:01:30.000Z`,
    );
    pass(89);
    expect(isSilent()).toBe(true);
    pass(1);
    expect(isSilent()).toBe(false);
  },
);

test('a token server that says so counts for the registry', () => {
  const { note, isSilent } = start();

  note(registry, new UpstreamTrouble('tokens.example.com', 'answered 429', { status: 429, retryAfterSeconds: 5 }));

  expect(isSilent()).toBe(true);
});

test('a registry that gave no answer in time is left alone for a moment, so that nobody else waits for nothing', () => {
  const { note, isSilent, pass } = start();

  note(registry, new UpstreamTrouble('ghcr.io', 'gave no answer', { timedOut: true }));

  expect(isSilent()).toBe(true);
  pass(10);
  expect(isSilent()).toBe(false);
});

test('no registry is left alone for more than an hour', () => {
  const { note, isSilent, pass } = start();
  note(registry, answered(429, { 'Retry-After': '21600' }));

  pass(3_600);

  expect(isSilent()).toBe(false);
});

test('only who was told to wait waits: not another login, not another registry', () => {
  const { note, isSilent } = start();

  note(registry, answered(429, { 'Retry-After': '90' }));

  expect(isSilent({ ...registry, credentials: reader })).toBe(false);
  expect(isSilent({ ...registry, host: host.parse('quay.io') })).toBe(false);
});

test.each([
  ['429 without a time', answered(429)],
  ['a time that is none', answered(429, { 'Retry-After': 'soon' })],
  ['trouble of another kind', answered(500, { 'Retry-After': '90' })],
  ['a connection that was refused', new UpstreamTrouble('ghcr.io', 'could not be reached')],
  ['what was asked for', answered(200)],
])('after %s it may be asked again at once', (_, outcome) => {
  const { note, isSilent } = start();

  note(registry, outcome);

  expect(isSilent()).toBe(false);
});
