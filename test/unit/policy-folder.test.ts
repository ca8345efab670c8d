/** The policy in force while files and processes come and go. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { policiesFrom } from '../../shared/policies.ts';
import { policyFolder } from '../../shared/policy-folder.ts';
import { fakeLedger, type FakeLedger } from '../fakes/ledger.ts';
import { GATES, GROUP, SETTINGS } from './domain/policy-fixture.ts';

let folder: string;
let ledger: FakeLedger;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-policy-'));
  ledger = fakeLedger();
  await write('gates.yaml', GATES);
  await write('apps/web.yaml', GROUP);
  await write('checks/node.sh', 'node --version\n');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(path: string, text: string) {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}
/** What a process that starts now says. */
const start = (settings: Record<string, string> = SETTINGS) =>
  policiesFrom({ reader: policyFolder(folder), settings, ledger });
const breakIt = () => write('gates.yaml', GATES.replace('soak: 3d', 'soak: three days'));
const SLIP = expect.stringMatching(/^gates.yaml:8:11 {2}gate "node": soak: "three days" is no duration/);

describe('a policy that becomes invalid', () => {
  test('is refused, and the last valid one stays', async () => {
    const policies = start();
    const before = await policies.current();

    await breakIt();

    expect(await policies.current()).toEqual({ policy: before.policy, problems: [SLIP], refused: expect.any(String) });
  });

  test('is refused under a hash of its own content', async () => {
    const policies = start();
    await breakIt();
    const first = await policies.current();
    await write('checks/node.sh', 'node --help # longer\n');

    const second = await policies.current();

    expect(second.refused).not.toBe(first.refused);
    expect((await start().current()).refused).toBe(second.refused);
  });

  test('leaves the last valid one in force in a process that starts then', async () => {
    const { policy } = await start().current();
    await breakIt();

    expect(await start().current()).toEqual({ policy, problems: [SLIP], refused: expect.any(String) });
  });

  test('leaves it in force as it was, whatever the settings are by now', async () => {
    const { policy } = await start().current();
    await breakIt();

    const later = await start({ ...SETTINGS, BASE_REGISTRY: 'other.azurecr.io' }).current();

    expect(later.policy).toEqual(policy);
  });

  test('is no policy at all where there never was a valid one', async () => {
    await breakIt();

    expect(await start().current()).toEqual({ problems: [SLIP], refused: expect.any(String) });
  });

  test('is over when it is mended', async () => {
    const policies = start();
    await breakIt();
    await policies.current();

    await write('gates.yaml', GATES.replace('soak: 3d', 'soak: 48h'));
    const { policy, problems, refused } = await policies.current();

    expect({ problems, refused }).toEqual({ problems: [], refused: undefined });
    expect(policy?.gates['node']?.soakMs).toBe(48 * 3_600_000);
  });
});

test('a folder that cannot be read leaves the last valid policy in force', async () => {
  const { policy } = await start().current();
  const gone = policiesFrom({ reader: policyFolder(join(folder, 'nowhere')), settings: SETTINGS, ledger });

  expect(await gone.current()).toEqual({ policy, problems: [expect.stringMatching(/cannot be read \(ENOENT\)/)] });
});

describe('what the ledger keeps', () => {
  test('may be larger than one row', async () => {
    await write('checks/node.sh', `# ${'"x" '.repeat(150_000)}\nnode --version\n`);
    const { policy } = await start().current();
    await breakIt();

    expect((await start().current()).policy).toEqual(policy);
    expect(
      Object.keys(ledger.dump('policies', 'policy')).filter((key) => key.startsWith('piece:')).length,
    ).toBeGreaterThan(1);
  });

  test('is the policy in force and the one before it, and nothing older', async () => {
    const policies = start();
    for (const days of [4, 5, 6, 10]) {
      await write('gates.yaml', GATES.replace('soak: 3d', `soak: ${days}d # ${'x'.repeat(days)}`));
      await policies.current();
    }

    expect(Object.keys(ledger.dump('policies', 'policy')).filter((key) => key.startsWith('piece:'))).toHaveLength(2);
  });

  test('is written once', async () => {
    const policies = start();
    await policies.current();
    await start().current();
    const writes = ledger.calls.filter(({ method }) => method === 'write').length;

    await policies.current();
    await start().current();

    expect(ledger.calls.filter(({ method }) => method === 'write')).toHaveLength(writes);
  });

  test('holds only the settings that were filled in', async () => {
    await start({ ...SETTINGS, UNUSED: 'nothing of this policy' }).current();

    expect(JSON.stringify(ledger.dump('policies', 'policy'))).not.toContain('nothing of this policy');
  });
});

describe('a ledger that does not answer', () => {
  test('is said, and does not stop a valid policy; it is written when the ledger answers', async () => {
    ledger.failNext('write', new Error('the table is busy'));
    const policies = start();

    const first = await policies.current();
    const second = await policies.current();

    expect(first.policy?.gates['node']?.name).toBe('node');
    expect(first.problems).toEqual([
      'the ledger, which keeps the last valid policy, could not be asked: the table is busy',
    ]);
    expect(second.problems).toEqual([]);
    await breakIt();
    expect((await start().current()).policy).toEqual(second.policy);
  });

  test('is asked again by a process that needs the last valid policy', async () => {
    const { policy } = await start().current();
    await breakIt();
    ledger.failNext('get', new Error('the table is busy'));
    const policies = start();

    expect((await policies.current()).policy).toBeUndefined();
    expect((await policies.current()).policy).toEqual(policy);
  });
});
