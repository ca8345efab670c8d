import { expect, test } from 'vitest';
import { parseChallenges } from '../../../shared/oci/challenge.ts';

test('reads the challenge of a registry, with the comma that is inside its scope', () => {
  const header =
    'Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/node:pull,push"';

  const challenges = parseChallenges(header);

  expect(challenges).toEqual([
    {
      scheme: 'bearer',
      parameters: {
        realm: 'https://auth.docker.io/token',
        service: 'registry.docker.io',
        scope: 'repository:library/node:pull,push',
      },
    },
  ]);
});

test('reads several challenges from one header, whatever the case of their names', () => {
  const challenges = parseChallenges('BASIC Realm="a, b", bearer REALM=https-less , Service = "x"');

  expect(challenges).toEqual([
    { scheme: 'basic', parameters: { realm: 'a, b' } },
    { scheme: 'bearer', parameters: { realm: 'https-less', service: 'x' } },
  ]);
});

test('takes escaped quotes out of a value', () => {
  const challenges = parseChallenges(String.raw`Bearer realm="say \"hi\"",service="back\\slash"`);

  expect(challenges[0]?.parameters).toEqual({ realm: 'say "hi"', service: String.raw`back\slash` });
});

test('passes over a scheme whose value has no name', () => {
  const challenges = parseChallenges('Negotiate YIIabc==, Basic realm="r"');

  expect(challenges.map(({ scheme }) => scheme)).toEqual(['negotiate', 'basic']);
  expect(challenges[1]?.parameters).toEqual({ realm: 'r' });
});

test.each([
  ['nothing', '', []],
  ['a scheme alone', 'Basic', ['basic']],
  ['empty places in the list', ', ,Basic realm="r", ,', ['basic']],
  ['a quote that never ends', 'Bearer realm="https://', ['bearer']],
  ['garbage after a challenge', 'Basic realm="r" ;;;', ['basic']],
])('survives %s', (_, header, schemes) => {
  const challenges = parseChallenges(header);

  expect(challenges.map(({ scheme }) => scheme)).toEqual(schemes);
});
