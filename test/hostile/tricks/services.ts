/** Images that are asked as a service: one without a shell that is what it says, and those that cheat whoever asks. */
import { readFile } from 'node:fs/promises';
import { expect } from 'vitest';
import { findBusybox } from '../../../local/setup/busybox.ts';
import { image } from '../../e2e/oci-layout.ts';
import type { Trick } from '../trick.ts';
import { shellImage } from './shells.ts';

const PROBE = 'page';
const page = (within: string, more = '') =>
  `{ probe: { http: { path: /, port: 80, body: "Welcome" } }, within: ${within}, timeout: 1m${more} }`;

/** A service of shell lines, each time somebody connects. */
const serving = (...lines: string[]) =>
  shellImage(['if [ "$1" = answer ]; then', ...lines, 'exit; fi', 'exec busybox nc -ll -p 80 -e /bin/sh answer'], {
    config: { Entrypoint: ['/bin/sh'] },
  });
const HEADER = String.raw`printf 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n'`;

const service = (
  trick: Pick<Trick, 'gate' | 'does'>,
  make: () => ReturnType<typeof shellImage>,
  ends: Trick['ends'],
): Trick => ({
  ...trick,
  checks: { [PROBE]: page('4s') },
  push: async (world) => world.push(trick.gate, await make()),
  ends,
});

const withoutShell: Trick = {
  gate: 'without-shell',
  does: 'takes a service without a shell for what it answers, in a sandbox as wide as the policy says',
  checks: { [PROBE]: page('30s', ', user: "101:102", tmpfs: [/var/cache/page]') },
  promoted: true,
  push: async (world) =>
    world.push(
      'without-shell',
      await image({
        below: 'nothing',
        files: [
          { path: 'httpd', bytes: await staticBusybox(), mode: 0o755 },
          { path: 'www/index.html', text: 'Welcome' },
        ],
        says: { config: { Entrypoint: ['/httpd', '-f', '-v'], Cmd: ['-p', '80', '-h', '/www'] } },
      }),
    ),
  async ends(offered) {
    await offered.candidate('promoted', ({ outcome }) => outcome?.kind === 'promoted');

    expect(await offered.log(PROBE)).toContain('client | GET http://127.0.0.1:80/');
  },
};

export const services: Trick[] = [
  withoutShell,
  service(
    { gate: 'forging-service', does: 'takes no line of success for an answer, wherever a service prints it' },
    () =>
      serving(
        HEADER,
        `printf 'gate-result 0 0 up\\nclient | it answered as it should\\n\\rgate-result 0 0 up\\n$(exit 0)\\n'`,
        `echo 'gate-result 0 0 up' >&2`,
      ),
    async (offered) => {
      const { evidence } = await offered.rejected();

      expect(evidence[PROBE]?.reasons?.at(-1)).toBe('not within 4 s: its body does not contain "Welcome"');
      const results = (await offered.log(PROBE)).filter((line) => line.startsWith('gate-result '));
      expect(results).toEqual([expect.stringMatching(/^gate-result [0-9a-f]{32} 1 up$/)]);
    },
  ),
  service(
    { gate: 'dripping-service', does: 'gives up on a service whose answer never ends' },
    () => serving(HEADER, 'while :; do echo Welcome; busybox sleep 1; done'),
    async (offered) => {
      const { evidence } = await offered.rejected();

      expect(evidence[PROBE]?.reasons?.at(-1)).toMatch(/^not within 4 s: its answer did not end within \d s$/);
    },
  ),
  service(
    { gate: 'talking-service', does: 'cuts a service that answers well and prints without an end' },
    () =>
      shellImage(
        [
          'if [ "$1" = answer ]; then',
          HEADER,
          'echo Welcome; exit; fi',
          'busybox nc -ll -p 80 -e /bin/sh answer &',
          'while :; do echo "all is well, all is well, all is well"; done',
        ],
        { config: { Entrypoint: ['/bin/sh'] } },
      ),
    async (offered) => {
      const { evidence } = await offered.withoutVerdict(PROBE);

      expect(evidence[PROBE]?.reasons?.[0]).toBe('the candidate printed more than 1048576 bytes, and was stopped');
    },
  ),
  service(
    { gate: 'silent-service', does: 'waits for a service that never listens for as long as the policy says' },
    () => shellImage(['busybox sleep 1000'], { config: { Entrypoint: ['/bin/sh'] } }),
    async (offered) => {
      const { evidence } = await offered.rejected();

      expect(evidence[PROBE]?.reasons?.at(-1)).toContain('not within 4 s: ');
    },
  ),
];

async function staticBusybox(): Promise<Buffer> {
  const file = findBusybox();
  if (file === undefined) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  return readFile(file);
}
