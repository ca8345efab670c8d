/** An app whose policy lies in a container of blobs, which its author writes and it only reads: never deployed and never started again for a new one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing } from '../../local/demo/until.ts';
import { identityUrl, policyContainerUrl } from '../../local/azure.ts';
import { openInstance } from '../../local/instance.ts';
import { packPolicy } from '../../shared/domain/uploaded-policy.ts';
import { gatedImport } from '../unit/cli/terminal.ts';
import { writePolicy } from './gates.ts';
import { thisArchitecture } from './oci-layout.ts';
import { startSystem, type System } from './system.ts';

const gatesYaml = (soak: string): string => `version: 1
gates:
  node:
    from: \${PUBLIC_REGISTRY}/node:15-alpine
    to: \${BASE_REGISTRY}/node:15-alpine
    platforms: [linux/${thisArchitecture}]
    checks:
      functional: { script: checks/good.sh, timeout: 1m }
    soak: ${soak}
upstreams:
  \${PUBLIC_REGISTRY}: { username: "\${secret:public-registry-user}", password: "\${secret:public-registry-password}" }
`;
const policyWith = (soak: string) => ({ 'gates.yaml': gatesYaml(soak), 'checks/good.sh': 'echo good\n' });

interface Health {
  wrong: string[];
  policy?: { hash: string };
}

let folder: string;
let url: string;
let system: System;
let container: ContainerClient;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-uploaded-'));
  const directory = join(folder, 'system');
  url = policyContainerUrl(await openInstance({ directory, ports: 'free' }));
  system = await startSystem({ directory, settings: { POLICY: url } });
  container = new ContainerClient(url, {
    getToken: async () => ({ token: await signIn(), expiresOnTimestamp: Date.now() + 3_600_000 }),
  });
});
afterAll(async () => {
  await system?.destroy();
  await rm(folder, { recursive: true, force: true });
});

const health = async (): Promise<Health> =>
  (await (await fetch(`${system.local.endpoints.app}/api/health`)).json()) as Health;
const healthSays = (what: string, wanted: (seen: Health) => boolean): Promise<Health> =>
  system.wait(
    `health says ${what}`,
    async () => {
      const seen = await health();
      return wanted(seen) ? seen : missing(seen);
    },
    { withinSeconds: 30 },
  );

/** As whom the parameters of the walkthrough name as author. */
async function signIn(): Promise<string> {
  const { instance } = system.local;
  const answer = await fetch(`${identityUrl(instance)}?api-version=2019-08-01&resource=https://storage.azure.com`, {
    headers: { 'x-identity-header': instance.identityHeaders.author },
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

/** Answers the hash of the policy, as the command line says it. */
async function push(soak: string): Promise<string> {
  const policy = join(folder, 'policy');
  await writePolicy(policy, policyWith(soak));
  const { code, said, complained } = await gatedImport(
    ['policy', 'push', policy, '--to', url],
    system.local.endpoints.policySettings,
    { signIn },
  );
  expect({ code, complained }).toEqual({ code: 0, complained: '' });
  return said.split(' ').at(-1) ?? '';
}

test('an app without a policy says how to give it one, and works as soon as it has', async () => {
  await healthSays('that nothing was uploaded', ({ wrong, policy }) => !policy && /policy push/.test(wrong.join()));

  const hash = await push('0s');

  await healthSays('that it is in force', ({ policy }) => policy?.hash === hash);
  await system.stable(await system.pushUpstream('green'));
});

test('a changed policy lets go what the one before held up', async () => {
  await push('1h');
  const digest = await system.pushUpstream('blue');
  await system.wait(
    'it soaks',
    async () => {
      const { next } = await system.gate();
      return /not been seen long enough/.test(next.why) ? true : missing(next);
    },
    { withinSeconds: 60 },
  );
  const { host } = system.local.processes;

  await push('0s');

  await system.stable(digest);
  expect(system.local.processes.host).toBe(host);
});

test('an invalid policy is said, and the one before decides on, also after a restart', async () => {
  const hash = await push('0s');
  const before = await healthSays('that it is in force', ({ policy }) => policy?.hash === hash);
  const files = Object.entries(policyWith('a while')).map(([path, text]) => ({ path, text }));
  const text = packPolicy(files);

  await container.getBlockBlobClient('policy.json').upload(text, Buffer.byteLength(text));

  const slip = ({ wrong }: Health) => wrong.some((each) => /gates.yaml:9:11 .*"a while" is no duration/.test(each));
  expect((await healthSays('what is wrong', slip)).policy).toEqual(before.policy);
  await system.restart();
  expect((await healthSays('what is wrong', slip)).policy).toEqual(before.policy);
  await system.stable(await system.pushUpstream('green'));
});
