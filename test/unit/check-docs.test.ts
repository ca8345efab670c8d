/** The examples in the pages of the checks are policies, and right ones. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { keyPair } from '../fakes/signing.ts';
import { sigstore } from '../fakes/sigstore.ts';
import { problemsOf } from './domain/policy-fixture.ts';

const page = (name: string) => readFileSync(join(import.meta.dirname, '../../docs/checks', `${name}.md`), 'utf8');
const examplesOf = (name: string) => [...page(name).matchAll(/```yaml\n(.+?)```/gs)].map(([, text = '']) => text);

let files: Record<string, string>;
beforeAll(async () => {
  const scripts = { 'checks/node.sh': 'node --version\n', 'checks/npm.sh': 'npm --version\n' };
  files = { ...scripts, 'keys/acme.pub': keyPair().pem, 'trust/trusted_root.json': (await sigstore()).trustRoot };
});

describe.each(['config', 'probe', 'script', 'signature', 'task'])('docs/checks/%s.md', (name) => {
  test('has examples', () => expect(examplesOf(name)).not.toEqual([]));

  test.each(examplesOf(name))('an example is a policy', (text) => {
    const only = { 'apps/web.yaml': undefined };

    expect(problemsOf({ files: { ...only, ...files, 'gates.yaml': text } })).toEqual([]);
  });
});
