/** Nothing that the pages show is only shown: each fenced block is played by a test, or is on the list of what cannot be, with the reason. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { askedOf } from '../../local/cloud/faults/asked.ts';
import { plan } from '../../local/cloud/faults/rules.ts';
import { isFor } from '../../local/cloud/faults/strike.ts';
import { readArguments } from '../../local/host/arguments.ts';
import { blocks, blocksIn, blocksOf, kindOf, notHere, playedBy } from '../pages/blocks.ts';
import { problemsOf } from './domain/policy-fixture.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8');

describe('every block of README.md and docs/', () => {
  it.each(blocks)('$page:$line is played, or it says why not', (block) => {
    const excuses = notHere.filter(({ begins }) => block.text.startsWith(begins));

    expect([kindOf(block), ...excuses.map(({ why }) => why)].filter((one) => one !== undefined)).toHaveLength(1);
  });

  it.each(notHere)('"$begins" is still there to be excused', ({ begins }) => {
    expect(blocks.filter(({ text }) => text.startsWith(begins))).toHaveLength(1);
  });

  it.each(Object.entries(playedBy))('a block of kind "%s" is there, and %s asks for all of them', (kind, path) => {
    expect(blocks.filter((block) => kindOf(block) === kind)).not.toEqual([]);
    expect(read(path)).toContain(`blocksOf('${kind}')`);
  });

  it('has no kind when nobody thought of it', () => {
    const [block] = blocksIn('docs/new.md', 'text\n\n```ruby\nputs 1\n```\n');

    expect(block).toMatchObject({ line: 3, language: 'ruby', text: 'puts 1\n' });
    expect(block && kindOf(block)).toBeUndefined();
  });
});

test.each(blocksOf('checks'))('the checks of $page:$line are right in a policy', ({ text }) => {
  const checks = text.replaceAll('<digest>', 'a'.repeat(64)).replaceAll(/^/gm, '      ');
  const gate = 'node:\n    from: docker.io/library/node:22\n    to: ${BASE_REGISTRY}/node:22\n    checks:\n';
  const files = { 'apps/web.yaml': undefined, 'checks/node.sh': undefined };

  expect(problemsOf({ files: { ...files, 'gates.yaml': `version: 1\ngates:\n  ${gate}${checks}` } })).toEqual([]);
});

test.each(blocksOf('policy part'))('the part of $page:$line is right in a policy', ({ text }) => {
  const gate = 'from: docker.io/library/node:22, to: "${BASE_REGISTRY}/node:22", checks: { shape: { config: {} } }';
  const policy = `version: 1\ngates:\n  node: { ${gate} }\n${text}`;
  const files = { 'apps/web.yaml': undefined, 'checks/node.sh': undefined };

  expect(problemsOf({ files: { ...files, 'gates.yaml': policy } })).toEqual([]);
});

test.each(blocksOf('script'))('the scripts of $page:$line are there', ({ text }) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const named = [...text.matchAll(/^npm run (\S+)/gm)].map(([, name]) => name ?? '');

  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test.each(blocksOf('host'))('the host understands $page:$line, with every option and without', ({ text }) => {
  const typed = text.trim().replace('npm run host -- ', '').replaceAll('<folder>', 'docs').replaceAll('<file>', 'f');
  const full = typed.replaceAll('<n>', '7').replaceAll(/[[\]]/g, '').split(' ');
  const least = typed.replaceAll(/ \[.*?\]/g, '').split(' ');

  expect(JSON.parse(read('package.json'))).toHaveProperty('scripts.host');
  expect(readArguments(full, { from: root })).toMatchObject({ kind: 'run', port: 7 });
  expect(readArguments(least, { from: root })).toMatchObject({ kind: 'run', port: 7071 });
});

test.each(blocksOf('faults'))(
  'the local cloud takes the faults of $page:$line, and each is for something',
  ({ text }) => {
    const { rules } = plan.parse(JSON.parse(text));
    const requests = [
      askedOf('arm', 'GET', '/subscriptions/s'),
      askedOf('registry baseregistry', 'PUT', '/v2/node/manifests/15-alpine'),
    ];

    expect(rules.map((rule) => requests.findIndex((request) => isFor(rule, request)))).toEqual(
      rules.map((_, at) => at),
    );
  },
);
