import { describe, expect, test } from 'vitest';
import { GROUP, problemsOf } from './policy-fixture.ts';
import type { Change } from './policy-fixture.ts';

type Row = [what: string, change: Change, says: string[]];

const SECOND_APP = `apps:
  second: { runs: hello, group: apps/second.yaml, resourceGroup: WEB-RG }`;

const images: Row[] = [
  [
    'no repository',
    { gates: { '    repository: ${TEAM_REGISTRY}/hello\n': '' } },
    [
      'gates.yaml:10:3  image "hello": "repository" is missing: where its versions are pushed, such as ${TEAM_REGISTRY}/hello-world.',
    ],
  ],
  [
    'a repository with a tag',
    { gates: { '${TEAM_REGISTRY}/hello': '${TEAM_REGISTRY}/hello:1' } },
    [
      'gates.yaml:11:17  image "hello": repository: "team.azurecr.io/hello:1" is not an image reference: this takes a repository without tag or digest.',
    ],
  ],
  [
    'the name of a gate',
    { gates: { '  hello:\n': '  node:\n', 'runs: hello': 'runs: node' }, group: {} },
    [
      'gates.yaml:10:3  image "node": a gate has this name too (gates.yaml:3:3). A rollout is named after either, so rename one.',
    ],
  ],
  [
    'a bad tag pattern',
    { gates: { 'build: {': 'tags: ["v*", "a b"]\n    build: {' } },
    ['gates.yaml:12:18  image "hello": tags: a pattern is made of the characters of a tag, and "*" for any text.'],
  ],
  [
    'no tag pattern',
    { gates: { 'build: {': 'tags: []\n    build: {' } },
    ['gates.yaml:12:11  image "hello": tags: name the pushed tags that count as new versions, such as ["*"].'],
  ],
  [
    'a tag pattern that YAML takes for a number',
    { gates: { 'build: {': 'tags: [1.10]\n    build: {' } },
    ['gates.yaml:12:12  image "hello": tags: expected text, but this is the number 1.1; put it in quotes.'],
  ],
  [
    'a build without a task',
    { gates: { 'task: hello-build, ': '' } },
    ['gates.yaml:12:5  image "hello", build: "task" is missing: the ACR task that builds it.'],
  ],
  [
    'a build with a bad task name',
    { gates: { 'hello-build': 'a.b' } },
    ['gates.yaml:12:20  image "hello", build: task: the name of an ACR task has 5 to 50 letters, digits, "-" and "_".'],
  ],
  [
    'a build that passes nothing',
    { gates: { ', pass: { BASE_IMAGE: node }': '' } },
    [
      'gates.yaml:12:5  image "hello", build: "pass" is missing: a build argument and the gate whose base it gets, such as { BASE_IMAGE: node }.',
    ],
  ],
  [
    'a build that passes an empty list',
    { gates: { '{ BASE_IMAGE: node }': '{}' } },
    [
      'gates.yaml:12:39  image "hello", build: pass: name a build argument and the gate whose base it gets, such as { BASE_IMAGE: node }.',
    ],
  ],
  [
    'a build that passes an unknown gate',
    { gates: { 'BASE_IMAGE: node': 'BASE_IMAGE: noode' } },
    ['gates.yaml:12:53  image "hello", build: pass: "noode" is not a gate. Did you mean "node"?'],
  ],
  [
    'a build with a bad argument',
    { gates: { 'BASE_IMAGE: node': 'BASE-IMAGE: node' } },
    [
      'gates.yaml:12:41  image "hello", build: pass: "BASE-IMAGE" is no build argument: letters, digits and "_", no digit first.',
    ],
  ],
  [
    'a build that is text',
    { gates: { '{ task: hello-build, pass: { BASE_IMAGE: node } }': 'hello-build' } },
    ['gates.yaml:12:12  image "hello", build: expected a mapping, but this is the text "hello-build".'],
  ],
  [
    'an image that feeds its own base',
    { gates: { '${PUBLIC_REGISTRY}/node:15-alpine': '${TEAM_REGISTRY}/hello:base' } },
    [
      'gates.yaml:3:3  gate "node": this goes round in a circle: gate "node" → image "hello" → gate "node". Each promotion would start the next; break it.',
    ],
  ],
];

const apps: Row[] = [
  [
    'a bad name',
    { gates: { '  web:': '  Web:' } },
    ['gates.yaml:14:3  app "Web": a name is made of a-z, 0-9 and "-", 40 characters at most.'],
  ],
  [
    'what nobody promotes',
    { gates: { 'runs: hello': 'runs: helo' } },
    ['gates.yaml:15:11  app "web": runs: "helo" is neither an image nor a gate. Did you mean "hello"?'],
  ],
  [
    'nothing to run',
    { gates: { '    runs: hello\n': '' } },
    ['gates.yaml:14:3  app "web": "runs" is missing: the image that it runs, or a gate for a public image as it is.'],
  ],
  [
    'no resource group',
    { gates: { '    resourceGroup: web-rg\n': '' } },
    ['gates.yaml:14:3  app "web": "resourceGroup" is missing: the resource group of its container group.'],
  ],
  [
    'a bad resource group',
    { gates: { 'web-rg': 'web/rg' } },
    [
      'gates.yaml:17:20  app "web": resourceGroup: the name of a resource group has at most 90 letters, digits, "_", "-", "(", ")" and ".", and does not end in ".".',
    ],
  ],
  [
    'an unknown key',
    { gates: { 'resourceGroup: web-rg': 'resourceGroup: web-rg\n    helth: {}' } },
    ['gates.yaml:18:5  app "web": unknown key "helth". Did you mean "health"?'],
  ],
  [
    'health without a port',
    { gates: { 'port: 8080, ': '' } },
    ['gates.yaml:18:5  app "web", health: "port" is missing: the port that answers, such as 80.'],
  ],
  [
    'health on port 0',
    { gates: { 'port: 8080': 'port: 0' } },
    ['gates.yaml:18:21  app "web", health: port: a port is a whole number from 1 to 65535.'],
  ],
  [
    'health on port 65536',
    { gates: { 'port: 8080': 'port: 65536' } },
    ['gates.yaml:18:21  app "web", health: port: a port is a whole number from 1 to 65535.'],
  ],
  [
    'health on half a port',
    { gates: { 'port: 8080': 'port: 80.5' } },
    ['gates.yaml:18:21  app "web", health: port: a port is a whole number from 1 to 65535.'],
  ],
  [
    'health on a port that is text',
    { gates: { 'port: 8080': 'port: http' } },
    ['gates.yaml:18:21  app "web", health: port: a port is a whole number from 1 to 65535.'],
  ],
  [
    'health with a bad path, status and time',
    { gates: { 'port: 8080, within: 90s': 'port: 8080, path: healthz, status: 99, within: 0s' } },
    [
      'gates.yaml:18:33  app "web", health: path: a path begins with "/" and has no spaces.',
      'gates.yaml:18:50  app "web", health: status: a status is a whole number from 100 to 599.',
      'gates.yaml:18:62  app "web", health: within: an app gets at least 1s to become healthy.',
    ],
  ],
  [
    'two apps that are one container group',
    { gates: { 'apps:': SECOND_APP }, files: { 'apps/second.yaml': GROUP } },
    ['gates.yaml:15:3  app "web": app "second" is the container group web-rg/web too (gates.yaml:14:3). Keep one.'],
  ],
];

const groups: Row[] = [
  [
    'a file that is not there',
    { gates: { 'apps/web.yaml': 'apps/wbe.yaml' } },
    ['gates.yaml:16:12  app "web": "apps/wbe.yaml" is not in the policy folder. Did you mean "apps/web.yaml"?'],
  ],
  [
    'a file that is no YAML',
    { files: { 'apps/web.yaml': 'name: "web\n' } },
    ['apps/web.yaml:2:1  not YAML: Missing closing "quote.'],
  ],
  [
    'a file with nothing in it',
    { files: { 'apps/web.yaml': '' } },
    ['apps/web.yaml:1:1  app "web": expected a mapping, but there is nothing here.'],
  ],
  [
    'no name and no location',
    { group: { 'name: web\nlocation: westeurope\n': '' } },
    [
      'apps/web.yaml:1:1  app "web": "name" is missing: the name of the container group.',
      'apps/web.yaml:1:1  app "web": "location" is missing: the Azure region, such as westeurope.',
    ],
  ],
  [
    'a bad name',
    { group: { 'name: web\nlocation': 'name: Web App\nlocation' } },
    [
      'apps/web.yaml:1:7  app "web": name: the name of a container group has at most 63 lower-case letters, digits and single "-" between them.',
    ],
  ],
  [
    'no properties',
    { files: { 'apps/web.yaml': 'name: web\nlocation: westeurope\n' } },
    ['apps/web.yaml:1:1  app "web": "properties" is missing: the specification, with its containers.'],
  ],
  [
    'no containers',
    { files: { 'apps/web.yaml': 'name: web\nlocation: westeurope\nproperties: {}\n' } },
    ['apps/web.yaml:3:1  app "web": "containers" is missing: a list of at least one.'],
  ],
  [
    'an empty list of containers',
    { files: { 'apps/web.yaml': 'name: web\nlocation: westeurope\nproperties: { containers: [] }\n' } },
    ['apps/web.yaml:3:27  app "web": containers: the group needs at least one container.'],
  ],
  [
    'a container without an image',
    { group: { 'image: ${TEAM_REGISTRY}/hello:1': 'ports: []' } },
    ['apps/web.yaml:6:7  app "web": "image" is missing: the image that the container runs.'],
  ],
  [
    'a container without a name',
    { group: { 'name: web\n      properties': 'properties' } },
    ['apps/web.yaml:5:7  app "web": "name" is missing: the name of the container.'],
  ],
  [
    'no container with the image of the app',
    { group: { '/hello:1': '/helo:1' } },
    [
      'apps/web.yaml:4:3  app "web": no container runs team.azurecr.io/hello, which is what this app runs. Its containers run "team.azurecr.io/helo:1".',
    ],
  ],
];

describe('an image', () => {
  test.each(images)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});

describe('an app', () => {
  test.each(apps)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });
});

describe('a container group file', () => {
  test.each(groups)('refuses %s', (_, change, says) => {
    expect(problemsOf(change)).toEqual(says);
  });

  test('is judged once when two apps share it', () => {
    const second = 'apps:\n  second: { runs: hello, group: apps/web.yaml, resourceGroup: other-rg }';

    const problems = problemsOf({ gates: { 'apps:': second }, group: { '${TEAM_REGISTRY}': '${TEEM_REGISTRY}' } });

    expect(problems).toHaveLength(1);
  });
});
