import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { judgeSignature, type Examined, type Found, type Looked } from '../../../../shared/domain/checks/signature.ts';
import type { SignatureCheck } from '../../../../shared/domain/check.ts';

const check = (mode: SignatureCheck['mode']): SignatureCheck => ({
  kind: 'signature',
  name: 'signed',
  mode,
  late: 'refused',
  keys: [{ path: 'keys/cosign.pub', pem: 'x' }],
  identities: [],
  hash: 'h',
});
const found = (...examined: Examined[]): Found[] =>
  examined.map((one, at) => ({ signed: 'the image', at: `referrer ${at}`, examined: one }));

const judge = (asked: SignatureCheck, looked: Looked & { tries?: number }) =>
  judgeSignature(asked, { tries: 1, ...looked });

const accepted: Examined = { kind: 'accepted', by: 'key keys/cosign.pub' };
const refused: Examined = { kind: 'refused', why: 'a stranger' };
const unreadable: Examined = { kind: 'unreadable', why: 'no JSON' };
const unsupported: Examined = { kind: 'unsupported', what: 'a signature of the Notary Project' };

describe('required', () => {
  test.each<[string, Examined[], string]>([
    ['a good signature', [accepted], 'pass'],
    ['a good one among bad ones', [refused, unreadable, accepted], 'pass'],
    ['none', [], 'fail'],
    ['one by a stranger', [refused], 'fail'],
    ['one that cannot be read', [unreadable], 'unknown'],
    ['one by a stranger, and one that cannot be read', [refused, unreadable], 'unknown'],
    ['only one of a kind that is not verified', [unsupported], 'fail'],
    ['nothing but an SBOM', [{ kind: 'other' }], 'fail'],
  ])('%s', (_, examined, verdict) => {
    expect(judge(check('required'), { found: found(...examined) }).verdict).toBe(verdict);
  });

  test('names who has signed what, and where that was found', () => {
    expect(judge(check('required'), { found: found(accepted) }).reasons).toEqual([
      'the image is signed by key keys/cosign.pub (referrer 0)',
    ]);
  });

  test('says whose signature is missing', () => {
    expect(judge(check('required'), { found: [] }).reasons).toEqual([
      'it is not signed; a signature by key keys/cosign.pub is required',
    ]);
  });
});

describe('a signature that is made after the push', () => {
  const late: SignatureCheck = { ...check('required'), late: 'allowed' };

  test.each([
    [1, 'unknown'],
    [2, 'unknown'],
    [3, 'fail'],
    [4, 'fail'],
  ])('is waited for: what has none at try %i is %s', (tries, verdict) => {
    expect(judge(late, { found: [], tries }).verdict).toBe(verdict);
  });

  test('is not waited for when there is one by a stranger', () => {
    expect(judge(late, { found: found(refused), tries: 1 }).verdict).toBe('fail');
  });
});

describe('if-present', () => {
  test.each<[string, Examined[], string]>([
    ['a good signature', [refused, accepted], 'pass'],
    ['none', [], 'pass'],
    ['one by a stranger', [refused], 'fail'],
    ['one that cannot be read', [unreadable], 'unknown'],
    ['only one of a kind that is not verified', [unsupported], 'unknown'],
  ])('%s', (_, examined, verdict) => {
    expect(judge(check('if-present'), { found: found(...examined) }).verdict).toBe(verdict);
  });

  test('passes what is not signed, and says so', () => {
    expect(judge(check('if-present'), { found: [] }).reasons).toEqual([
      'it is not signed, which the policy lets pass ("if-present")',
    ]);
  });
});

test('off passes everything, and says so', () => {
  expect(judge(check('off'), { found: found(refused) })).toEqual({
    verdict: 'pass',
    reasons: ['signatures are not asked for: the policy says "off"'],
  });
});

test.each(['required', 'if-present'] as const)('%s: what was not looked at to its end is unknown', (mode) => {
  const unfinished = 'it has more than 100 signatures';

  const { verdict, reasons } = judge(check(mode), { found: found(refused), unfinished });

  expect(verdict).toBe('unknown');
  expect(reasons[0]).toBe(unfinished);
});

test('a thousand refusals are not all said', () => {
  const { reasons } = judge(check('required'), {
    found: found(...Array.from({ length: 1000 }, () => refused)),
  });

  expect(reasons.length).toBeLessThanOrEqual(11);
});

test('passes by nothing but an accepted signature, or by saying that there is none to ask for', () => {
  const examined = fc.constantFrom(accepted, refused, unreadable, unsupported, { kind: 'other' } as Examined);
  fc.assert(
    fc.property(fc.constantFrom('required', 'if-present'), fc.array(examined, { maxLength: 6 }), (mode, all) => {
      const { verdict, reasons } = judge(check(mode as 'required'), { found: found(...all) });
      if (verdict !== 'pass') return;
      const silent = mode === 'if-present' && all.every(({ kind }) => kind === 'other');
      expect(silent || all.some(({ kind }) => kind === 'accepted')).toBe(true);
      expect(reasons).toHaveLength(1);
    }),
  );
});
