import { describe, expect, test } from 'vitest';
import { problemsOf } from './policy-fixture.ts';
import type { Change } from './policy-fixture.ts';

type Row = [what: string, change: Change, says: string[]];

const OTHER = `soak: 3d
  other:
    from: docker.io/node:20
    to: \${BASE_REGISTRY}/node:20
    checks: { functional: { script: checks/node.sh } }`;

const gates: Row[] = [
  [
    'a version it cannot read',
    { gates: { 'version: 1': 'version: 2' } },
    ['gates.yaml:1:10  version: this release reads version 1; write "version: 1".'],
  ],
  [
    'a version that is text',
    { gates: { 'version: 1': 'version: "1"' } },
    ['gates.yaml:1:10  version: this release reads version 1; write "version: 1".'],
  ],
  ['no version', { gates: { 'version: 1\n': '' } }, ['gates.yaml:1:1  "version" is missing: write "version: 1".']],
  [
    'an unknown section',
    { gates: { 'apps:': 'aps: {}\napps:' } },
    ['gates.yaml:13:1  unknown key "aps". Did you mean "apps"?'],
  ],
  [
    'no gates',
    { files: { 'gates.yaml': 'version: 1\n' } },
    ['gates.yaml:1:1  "gates" is missing: a policy without a gate watches nothing.'],
  ],
  [
    'a section that is a list',
    { files: { 'gates.yaml': 'version: 1\ngates: [node]\n' } },
    ['gates.yaml:2:8  gates: expected a mapping, but this is a list.'],
  ],
  [
    'a section with nothing in it',
    { files: { 'gates.yaml': 'version: 1\ngates:\n' } },
    ['gates.yaml:2:1  gates: expected a mapping, but there is nothing here.'],
  ],
  [
    'an empty file',
    { files: { 'gates.yaml': '' } },
    ['gates.yaml:1:1  expected a mapping, but there is nothing here.'],
  ],
  [
    'a gate that is text',
    { gates: { 'images:': '  other: node\nimages:' } },
    ['gates.yaml:9:10  gate "other": expected a mapping, but this is the text "node".'],
  ],
  [
    'a name with capitals',
    { gates: { 'soak: 3d': OTHER.replace('other', 'Other') } },
    ['gates.yaml:9:3  gate "Other": a name is made of a-z, 0-9 and "-", 40 characters at most.'],
  ],
  [
    'a name of 41 characters',
    { gates: { 'soak: 3d': OTHER.replace('other', 'a'.repeat(41)) } },
    [`gates.yaml:9:3  gate "${'a'.repeat(41)}": a name is made of a-z, 0-9 and "-", 40 characters at most.`],
  ],
  [
    'an unknown key',
    { gates: { 'soak: 3d': 'saok: 3d' } },
    ['gates.yaml:8:5  gate "node": unknown key "saok". Did you mean "soak"?'],
  ],
  [
    'no upstream',
    { gates: { '    from: ${PUBLIC_REGISTRY}/node:15-alpine\n': '' } },
    [
      'gates.yaml:3:3  gate "node": "from" is missing: the upstream tag to follow, such as docker.io/library/node:22-alpine.',
    ],
  ],
  [
    'an upstream without a tag',
    { gates: { 'node:15-alpine\n    to': 'node\n    to' } },
    [
      'gates.yaml:4:11  gate "node": from: "public.example.com/node" is not an image reference: the tag is missing; write public.example.com/node:tag.',
    ],
  ],
  [
    'an upstream by digest',
    { gates: { 'node:15-alpine\n    to': `node@sha256:${'a'.repeat(64)}\n    to` } },
    [
      `gates.yaml:4:11  gate "node": from: "public.example.com/node@sha256:${'a'.repeat(64)}" is not an image reference: a digest never changes; name a tag.`,
    ],
  ],
  [
    'an upstream without a host',
    { gates: { '${PUBLIC_REGISTRY}/node': 'library/node' } },
    [
      'gates.yaml:4:11  gate "node": from: "library/node:15-alpine" is not an image reference: "library" is no registry host; write docker.io/library/node:15-alpine if it is on Docker Hub.',
    ],
  ],
  [
    'a target with a bad tag',
    { gates: { 'node:15-alpine\n    checks': 'node:.15\n    checks' } },
    [
      'gates.yaml:5:9  gate "node": to: "base.azurecr.io/node:.15" is not an image reference: ".15" is not a tag: letters, digits, "_", "." and "-", 128 at most.',
    ],
  ],
  [
    'a number where text is meant',
    { gates: { 'soak: 3d': 'unique: 15' } },
    ['gates.yaml:8:13  gate "node": unique: expected text, but this is the number 15; put it in quotes.'],
  ],
  [
    'a key with nothing behind it',
    { gates: { '${PUBLIC_REGISTRY}/node:15-alpine\n    to': '\n    to' } },
    ['gates.yaml:4:5  gate "node": from: expected text, but there is nothing here.'],
  ],
  [
    'a unique tag that is always the same',
    { gates: { 'soak: 3d': 'unique: "{stable}-x"' } },
    [
      'gates.yaml:8:13  gate "node": unique: "{stable}-x" is the same for every promotion; put {run} or {digest12} into it.',
    ],
  ],
  [
    'a placeholder it does not know',
    { gates: { 'soak: 3d': 'unique: "{stable}-{ran}"' } },
    ['gates.yaml:8:13  gate "node": unique: "{ran}" is no placeholder; there are {stable}, {run}, {digest12}.'],
  ],
  [
    'a unique tag that is no tag',
    { gates: { 'soak: 3d': 'unique: "{stable}+{run}"' } },
    [
      'gates.yaml:8:13  gate "node": unique: "{stable}+{run}" gives what is not a tag: letters, digits, "_", "." and "-", 128 at most.',
    ],
  ],
  [
    'a unique tag that gets too long',
    { gates: { 'soak: 3d': `unique: "{run}${'x'.repeat(120)}"` } },
    [
      `gates.yaml:8:13  gate "node": unique: "{run}${'x'.repeat(120)}" gives what is not a tag: letters, digits, "_", "." and "-", 128 at most.`,
    ],
  ],
  [
    'a platform twice',
    { gates: { 'soak: 3d': 'platforms: [linux/amd64, linux/amd64]' } },
    ['gates.yaml:8:16  gate "node": platforms: each platform is named once.'],
  ],
  [
    'no platform',
    { gates: { 'soak: 3d': 'platforms: []' } },
    ['gates.yaml:8:16  gate "node": platforms: name the platform that is checked and promoted, such as linux/amd64.'],
  ],
  [
    'a bad platform',
    { gates: { 'soak: 3d': 'platforms: [amd64]' } },
    ['gates.yaml:8:17  gate "node": platforms: a platform is os/arch or os/arch/variant, such as linux/amd64.'],
  ],
  [
    'a platform that is no list',
    { gates: { 'soak: 3d': 'platforms: linux/amd64' } },
    ['gates.yaml:8:16  gate "node": platforms: expected a list, but this is the text "linux/amd64".'],
  ],
  [
    'a duration in words',
    { gates: { 'soak: 3d': 'soak: 3 days' } },
    [
      'gates.yaml:8:11  gate "node": soak: "3 days" is no duration; write a duration of at most a year as a number and s, m, h or d, such as 90s, 5m, 72h or 7d.',
    ],
  ],
  [
    'a duration without a unit',
    { gates: { 'soak: 3d': 'soak: 30' } },
    [
      'gates.yaml:8:11  gate "node": soak: write a duration of at most a year as a number and s, m, h or d, such as 90s, 5m, 72h or 7d.',
    ],
  ],
  [
    'a duration of more than a year',
    { gates: { 'soak: 3d': 'soak: 367d' } },
    [
      'gates.yaml:8:11  gate "node": soak: "367d" is no duration; write a duration of at most a year as a number and s, m, h or d, such as 90s, 5m, 72h or 7d.',
    ],
  ],
  [
    'a mode with a slip',
    { gates: { 'soak: 3d': 'mode: observ' } },
    ['gates.yaml:8:11  gate "node": mode: a mode is "enforce" or "observe".'],
  ],
  [
    'unchecked platforms beside one that is promoted alone',
    { gates: { 'soak: 3d': 'unchecked: [linux/s390x]' } },
    [
      'gates.yaml:8:16  gate "node": unchecked: it goes with several platforms. One platform is checked and promoted alone; remove it, or name the others in "platforms".',
    ],
  ],
  [
    'a platform that is checked and unchecked',
    { gates: { 'soak: 3d': 'platforms: [linux/amd64, linux/arm64]\n    unchecked: [linux/arm64]' } },
    ['gates.yaml:9:16  gate "node": unchecked: linux/arm64 stands in "platforms" too. Take it out of one of them.'],
  ],
  [
    'whenReplaced with a slip',
    { gates: { 'soak: 3d': 'whenReplaced: kep' } },
    ['gates.yaml:8:19  gate "node": whenReplaced: there is "withdraw", which is the default, and "keep".'],
  ],
  [
    'a gate that writes its own upstream',
    { gates: { '${BASE_REGISTRY}/node:15-alpine': '${PUBLIC_REGISTRY}/node:15-alpine' } },
    [
      'gates.yaml:5:9  gate "node": to: this is the gate\'s own upstream, public.example.com/node:15-alpine. Promote to another tag.',
    ],
  ],
  [
    'two gates that write one tag',
    { gates: { 'soak: 3d': OTHER.replace('node:20\n    checks', 'node:15-alpine\n    checks') } },
    [
      'gates.yaml:11:9  gate "other": to: gate "node" writes base.azurecr.io/node:15-alpine too (gates.yaml:5:5). Give each gate its own tag.',
    ],
  ],
  [
    'gates that go round in a circle',
    {
      gates: {
        'soak: 3d': `soak: 3d
  other:
    from: \${BASE_REGISTRY}/node:15-alpine
    to: \${PUBLIC_REGISTRY}/node:15-alpine
    checks: { functional: { script: checks/node.sh } }`,
      },
    },
    [
      'gates.yaml:3:3  gate "node": this goes round in a circle: gate "node" → gate "other" → gate "node". Each promotion would start the next; break it.',
    ],
  ],
];

describe('gates.yaml', () => {
  test.each(gates)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});
