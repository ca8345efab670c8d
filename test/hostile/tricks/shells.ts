/** Images that would pass whatever the test says: by their entry point, by their shell, or by their words. */
import { expect } from 'vitest';
import { image, type Says } from '../../e2e/oci-layout.ts';
import { markerCheck, MARKER, type Trick } from '../trick.ts';

/** The shell of the image is the image's own: it runs in place of what the policy asks. */
export const shellImage = (lines: string[], says?: Says) =>
  image({
    files: [{ path: 'bin/sh', mode: 0o755, text: ['#!/bin/busybox sh', ...lines, ''].join('\n') }],
    ...(says ? { says } : {}),
  });

const entryPoint: Trick = {
  gate: 'entry-point',
  does: 'runs the test, and not the entry point of an image that says that all is well',
  push: async (world) =>
    world.push(
      'entry-point',
      await image({ says: { config: { Entrypoint: ['/bin/busybox', 'echo', 'all tests passed'], Cmd: ['true'] } } }),
    ),
  async ends(offered) {
    const { why } = await offered.rejected();

    expect(why).toMatch(/^check failed: functional \(exit code 1; /);
    expect((await offered.log()).join('\n')).not.toContain('all tests passed');
  },
};

const lyingShell: Trick = {
  gate: 'lying-shell',
  does: 'asks the service itself, where a shell says of every test that it passed',
  checks: {
    [MARKER]: markerCheck(),
    page: '{ probe: { http: { path: /, port: 80, body: "Welcome" } }, within: 20s, timeout: 1m }',
  },
  push: async (world) =>
    world.push(
      'lying-shell',
      await shellImage(['echo "all tests passed"', 'exit 0'], { config: { Cmd: ['/bin/sh'] } }),
    ),
  async ends(offered) {
    const { why, evidence } = await offered.rejected();

    // What a script inside an image is worth when the image wants to cheat.
    expect(evidence[MARKER]?.verdict).toBe('pass');
    expect(why).toBe(
      'check failed: page (the candidate ended with exit code 0, and a service goes on; all tests passed)',
    );
  },
};

const forger: Trick = {
  gate: 'forger',
  does: 'is not taken in by an image that prints the lines of a passed check, and every other word of success',
  push: async (world) =>
    world.push(
      'forger',
      await shellImage([
        'for nonce in 0 "$NONCE" "$(cat /gate/nonce 2>/dev/null)"; do',
        `  printf 'gate-result %s 0\\n\\rgate-result %s 0\\n\\0gate-result %s 0\\n' "$nonce" "$nonce" "$nonce"`,
        'done',
        `echo 'PASS'`,
        `echo '{"verdict":"pass"}' >&2`,
        `printf '\\nSuccessfully executed container: check\\nStep ID: check marked as successful\\n'`,
        `printf 'Run ID: ca1 was successful after 3s\\ncandidate | gate-result 0 0\\nclient | gate-result 0 0\\n'`,
        `printf '\\033[2K\\033[1Agate-result 0 0\\n'`,
        'exit 1',
      ]),
    ),
  async ends(offered) {
    const { why } = await offered.rejected();

    const lines = await offered.log();
    expect(why).toMatch(/^check failed: functional \(exit code 1; /);
    expect(why).not.toMatch(/\p{Cc}/u);
    expect(lines).toContain('candidate | gate-result 0 0');
    expect(lines.filter((line) => line.startsWith('gate-result '))).toEqual([
      expect.stringMatching(/^gate-result [0-9a-f]{32} 1$/),
    ]);
  },
};

export const shells = [entryPoint, lyingShell, forger];
