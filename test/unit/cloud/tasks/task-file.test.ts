import { describe, expect, it } from 'vitest';
import { readTaskFile, type TaskFileOptions } from '../../../../local/cloud/tasks/task-file.ts';
import { templateContext } from './template-context.ts';

const SECRETS: Record<string, string> = { 'https://vault.test/secrets/token': 'open-sesame' };
const options: TaskFileOptions = {
  context: templateContext({ values: { image: 'example.test/image:1' } }),
  folder: 'sub',
  runnerImage: 'example.test/runner:1',
  readFile: async (path) =>
    path === 'aliases.yaml' ? 'tool: example.test/from-file:1\nother: "{{.Run.ID}}"\n' : 'tool: late\n',
  hasImage: async (image) => image.startsWith('mcr.microsoft.com/acr/bash:'),
  secretValue: ({ keyvault }) => SECRETS[keyvault] ?? '',
};
const plan = (...lines: string[]) => readTaskFile(lines.join('\n'), options);
const read = async (...lines: string[]) => (await plan(...lines)).steps;
const commands = async (...lines: string[]) =>
  (await read(...lines)).map(({ work }) => (work.kind === 'push' ? work.images : work.command));

describe('a task file', () => {
  it('gives each step what it does not say from the file, and the rest from the rules', async () => {
    const steps = await read(
      'version: v1.0.0',
      'stepTimeout: 90',
      'workingDirectory: here',
      'env: [A=file, B=file]',
      'steps:',
      '  - cmd: image one',
      '  - id: named',
      '    cmd: image two',
      '    timeout: 5',
      '    workingDirectory: there',
      '    env: [A=step]',
    );

    expect(steps).toMatchObject([
      { id: 'acb_step_0', timeoutSeconds: 90, workingDirectory: 'here', environment: ['A=file', 'B=file'] },
      { id: 'named', timeoutSeconds: 5, workingDirectory: 'there', environment: ['A=step', 'B=file'] },
    ]);
  });

  it('works in the folder of the source, ten minutes a step, when nothing is said', async () => {
    expect(await read('steps: [{ cmd: image }]')).toMatchObject([{ workingDirectory: 'sub', timeoutSeconds: 600 }]);
  });

  it('replaces aliases from v1.1.0 on, its own and those that are always there', async () => {
    const steps = [
      'alias:',
      '  values:',
      '    tool: example.test/tool:2',
      '    name: "{{.Run.Registry}}/app"',
      'steps:',
      '  - cmd: $tool $Registry $$Registry $unknown ${ID}',
      '  - cmd: tool without the sign',
      '  - push: ["$name:$ID"]',
    ];

    expect(await commands('version: v1.1.0', ...steps)).toEqual([
      'example.test/tool:2 localhost:5001 $Registry $unknown ${ID}',
      'example.test/tool:2 without the sign',
      ['localhost:5001/app:ca7'],
    ]);
    await expect(commands('version: v1.0.0', ...steps)).rejects.toThrow('alias');
  });

  it('takes another sign for aliases', async () => {
    const aliased = ['alias:', '  directive: "&"', '  values: { tool: example.test/tool:2 }'];

    expect(await commands('version: v1.1.0', ...aliased, 'steps:', '  - cmd: "&tool $Registry &ID"')).toEqual([
      'example.test/tool:2 $Registry ca7',
    ]);
  });

  it('ignores lines of comment, and a version that is there twice, as az writes it', async () => {
    const text = [
      '# cmd: {{ unknown }}',
      'version: v1.1.0',
      'version: v1.1.0',
      'steps:',
      '  # - cmd: $bad',
      '  - cmd: image $ID',
    ];

    expect(await commands(...text)).toEqual(['image ca7']);
  });

  it('adds the tag that is missing to what it pushes, and pushes nothing twice', async () => {
    expect(
      await commands('steps:', '  - push: [localhost:5001/a, localhost:5001/a:latest, localhost:5001/b:2]'),
    ).toEqual([['localhost:5001/a:latest', 'localhost:5001/b:2']]);
    expect(await commands('steps:', '  - push: localhost:5001/a:1')).toEqual([['localhost:5001/a:1']]);
  });

  it('waits for the step before, for what when names, or for nothing', async () => {
    const steps = await read(
      'steps:',
      '  - { id: a, cmd: i }',
      '  - { id: b, cmd: i }',
      '  - { id: c, cmd: i, when: ["-"] }',
      '  - { id: d, cmd: i, when: [a, c] }',
      '  - { id: e, cmd: i }',
      '  - { id: f, cmd: i, when: b }',
    );

    expect(steps.map(({ id, after }) => [id, after])).toEqual([
      ['a', []],
      ['b', ['a']],
      ['c', []],
      ['d', ['a', 'c']],
      ['e', ['d']],
      ['f', ['b']],
    ]);
  });

  it('takes what a step says of its attempts, its time and its container', async () => {
    const [step] = await read(
      'volumes: [{ name: keys, secret: { key: YQ== } }]',
      'networks: [{ name: inner }]',
      'steps:',
      '  - cmd: image',
      '    startDelay: 3',
      '    retries: 2',
      '    retryDelay: 1',
      '    retryOnErrors: [again, later]',
      '    repeat: 4',
      '    ignoreErrors: true',
      '    detach: true',
      '    keep: true',
      '    pull: true',
      '    user: 1000',
      '    network: inner',
      '    ports: [8080, "9000:90"]',
      '    expose: [70]',
      '    volumeMounts: [{ name: keys, mountPath: /run/keys }]',
    );

    expect(step).toMatchObject({
      startDelaySeconds: 3,
      retry: { times: 2, delaySeconds: 1, onErrors: ['again', 'later'] },
      repeats: 4,
      ignoreErrors: true,
      network: 'inner',
      work: {
        pull: 'always',
        detach: true,
        keep: true,
        user: '1000',
        ports: ['8080', '9000:90'],
        expose: ['70'],
        mounts: [{ volume: 'keys', path: '/run/keys' }],
      },
    });
  });

  it('puts steps on the default network, unless the file has networks of its own and none is the default', async () => {
    const networks = async (...lines: string[]) => {
      const file = await plan(
        ...lines,
        'steps: [{ cmd: i }, { cmd: i, network: b }]'.replace(', network: b', lines[0] ? ', network: b' : ''),
      );
      return [file.networks, file.steps.map(({ network }) => network)];
    };

    expect(await networks()).toEqual([['acb_default_network'], ['acb_default_network', 'acb_default_network']]);
    expect(await networks('networks: [{ name: a }, { name: b }]')).toEqual([
      ['a', 'b'],
      ['', 'b'],
    ]);
    expect(await networks('networks: [{ name: a, isDefault: true }, { name: b }]')).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
  });

  it('splits what the file says of the environment at commas, and not what a step says', async () => {
    const [step] = await read('env: ["A=1,B=2", C=3]', 'steps: [{ cmd: i, env: ["B=own,C"] }]');

    expect(step?.environment).toEqual(['B=own,C', 'A=1', 'C=3']);
  });

  it('is rendered again with the secrets it names, which are hidden with the files made of them', async () => {
    const { steps, secrets, volumes } = await plan(
      'secrets:',
      '  - id: token',
      '    keyvault: https://vault.test/secrets/{{ "TOKEN" | lower }}',
      'volumes:',
      '  - name: files',
      '    secret: { one: {{ .Secrets.token | b64enc }}, two: {{ "from the file" | b64enc }} }',
      'steps:',
      '  - cmd: image --password {{ .Secrets.token }} {{ index .Secrets "token" | b64enc }}',
    );

    expect(steps[0]?.work).toMatchObject({ command: 'image --password open-sesame b3Blbi1zZXNhbWU=' });
    expect(volumes).toEqual([
      { name: 'files', files: { one: Buffer.from('open-sesame'), two: Buffer.from('from the file') } },
    ]);
    expect(secrets).toEqual(['open-sesame', 'open-sesame', 'from the file']);
  });

  it('takes aliases from files of the source: a later one wins over an earlier one, the block itself over all', async () => {
    const alias = (block: string) => commands('version: v1.1.0', `alias: ${block}`, 'steps:', '  - cmd: $tool $other');

    expect(await alias('{ src: [aliases.yaml] }')).toEqual(['example.test/from-file:1 ca7']);
    expect(await alias('{ src: [aliases.yaml, late.yaml] }')).toEqual(['late ca7']);
    expect(await alias('{ src: [aliases.yaml], values: { tool: own } }')).toEqual(['own ca7']);
  });

  it('takes the image aliases of Microsoft for images that this machine has, and never pulls them', async () => {
    const steps = await read('version: v1.1.0', 'steps:', '  - cmd: bash echo hi', '  - cmd: $bash echo ho');

    expect(steps.map(({ work }) => work)).toMatchObject([
      { command: expect.stringMatching(/^mcr.microsoft.com\/acr\/bash:\w+ echo hi$/), pull: 'never' },
      { command: expect.stringMatching(/^mcr.microsoft.com\/acr\/bash:\w+ echo ho$/), pull: 'never' },
    ]);
    expect(
      await commands('version: v1.1.0', 'alias: { values: { curl: own/curl:1 } }', 'steps: [{ cmd: curl x }]'),
    ).toEqual(['own/curl:1 x']);
  });

  it.each([
    ['a later step in when', ['  - { id: a, cmd: i, when: [b] }', '  - { id: b, cmd: i }'], 'step a: when names "b"'],
    ['itself in when', ['  - { id: a, cmd: i, when: [a] }'], 'step a: when names "a"'],
    [
      '"-" with others in when',
      ['  - { id: a, cmd: i }', '  - { id: b, cmd: i, when: ["-", a] }'],
      '"-" in when stands alone',
    ],
    ['an id twice', ['  - { id: a, cmd: i }', '  - { id: a, cmd: i }'], 'duplicate step id: a'],
    ['two kinds of work in a step', ['  - { cmd: i, push: [i] }'], 'exactly one of cmd, build and push'],
    ['no work in a step', ['  - { id: a }'], 'exactly one of cmd, build and push'],
    [
      'what is not supported',
      ['  - { cmd: i, cpus: 2, privileged: true }'],
      'NotSupportedLocally: cpus, privileged (in steps.0)',
    ],
    [
      'an image of Microsoft that is not here',
      ['  - cmd: az login'],
      'NotSupportedLocally: the image alias "az" of step acb_step_0',
    ],
    ['a network that is not declared', ['  - { cmd: i, network: host }'], 'NotSupportedLocally: the network "host"'],
    ['a volume that is not declared', ['  - { cmd: i, volumeMounts: [{ name: v, mountPath: /v }] }'], 'mount name, v'],
    [
      'what only a container has, for a step that runs on this machine',
      ['  - { id: a, cmd: example.test/runner:1 x, detach: true, ports: [80] }'],
      'NotSupportedLocally: detach, ports of step a',
    ],
    [
      'what only a container has, for a build',
      ['  - { id: a, build: ., user: me }'],
      'NotSupportedLocally: user of step a',
    ],
    ['a negative number of retries', ['  - { cmd: i, retries: -1 }'], 'steps.0.retries'],
    ['a time that is none', ['  - { cmd: i, timeout: soon }'], 'steps.0.timeout'],
  ])('is refused with %s', async (_what, steps, message) => {
    await expect(read('version: v1.1.0', 'steps:', ...steps)).rejects.toThrow(message);
  });

  it.each([
    ['a secret without a vault', ['secrets: [{ id: a }]', 'steps: [{ cmd: i }]'], 'secrets.0.keyvault'],
    [
      'a secret twice',
      ['secrets: [{ id: a, keyvault: b }, { id: a, keyvault: c }]', 'steps: [{ cmd: i }]'],
      'there twice',
    ],
    [
      'a file that is not base64',
      ['volumes: [{ name: v, secret: { f: "?" } }]', 'steps: [{ cmd: i }]'],
      'not encoded as base64',
    ],
    [
      'a network of another kind',
      ['networks: [{ name: n, driver: overlay }]', 'steps: [{ cmd: i }]'],
      'NotSupportedLocally: a driver',
    ],
    [
      'keys of the file that are not known',
      ['isolation: x', 'steps: [{ cmd: i }]'],
      'NotSupportedLocally: isolation (in the file)',
    ],
    ['another version', ['version: v2.0.0', 'steps: [{ cmd: i }]'], 'invalid version specified: "v2.0.0"'],
    ['no step', ['steps: []'], 'there is no step'],
    ['what is no YAML', ['steps: [', '  - }'], 'as YAML'],
    [
      'aliases from elsewhere',
      ['version: v1.1.0', 'alias: { src: [https://example.test/a.yaml] }', 'steps: [{ cmd: i }]'],
      'NotSupportedLocally: the URL https://example.test/a.yaml in alias.src',
    ],
    ['nothing in it', ['{{.Values.missing}}'], 'empty'],
  ])('is refused with %s', async (_what, lines, message) => {
    await expect(read(...lines)).rejects.toThrow(message);
  });
});
