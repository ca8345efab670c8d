/** Images whose words would be commands, if anybody took them for some. Nobody does, so they pass as what they are. */
import { expect } from 'vitest';
import { image } from '../../e2e/oci-layout.ts';
import { MARKER, markerCheck, type Trick } from '../trick.ts';

const SHELL_WORDS = (canary: string) => [
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `'; touch ${canary}; '`,
  `"; touch ${canary} #`,
  `\n touch ${canary}\n`,
  `| touch ${canary} &`,
  `{{.Values.nonce}}{{ touch ${canary} }}`,
  `$SharedVolume:/stolen`,
  `--privileged -v /:/host`,
];

const metacharacters: Trick = {
  gate: 'words',
  does: 'runs no word of labels, environment, command, author and folder of an image as a command',
  checks: {
    [MARKER]: markerCheck(),
    up: '{ probe: { tcp: { port: 4000 } }, command: [/bin/busybox, nc, -ll, -p, "4000", -e, /bin/cat], timeout: 1m }',
  },
  promoted: true,
  async push(world) {
    const words = SHELL_WORDS(world.canary);
    const numbered = (name: string) => words.map((word, at) => [`${name}${at}`, word] as const);
    return world.push(
      'words',
      await image({
        files: [{ path: 'marker', text: words.join('\n') }],
        says: {
          author: words.join(' '),
          config: {
            Env: [
              ...numbered('WORD').map(([name, word]) => `${name}=${word}`),
              // What the runner's own script goes by.
              ...['NONCE=0', 'TIMEOUT=0', 'CANDIDATE=busybox', 'RUNNER=busybox', 'CLIENT=busybox'],
              ...['DOCKER_HOST=tcp://127.0.0.1:1', 'BASH_ENV=/marker', 'ENV=/marker', 'IFS=/'],
            ],
            Labels: Object.fromEntries([...numbered('label'), ...words.map((word) => [word, word] as const)]),
            WorkingDir: `/${words[0]}`,
          },
        },
      }),
    );
  },
  async ends(offered, world) {
    await offered.candidate('promoted', ({ outcome }) => outcome?.kind === 'promoted');

    expect(await offered.log()).toContain(`candidate | this is $(touch ${world.canary})`);
    expect(world.stableDigests('words')).toEqual([offered.digest]);
  },
};

const onBuild: Trick = {
  gate: 'on-build',
  does: 'builds nothing on an image that it checks, and lets no ONBUILD pass for others to run',
  checks: { [MARKER]: markerCheck(), contents: '{ config: {} }' },
  async push(world) {
    const OnBuild = [`RUN touch ${world.canary}`, 'COPY . /stolen', 'ONBUILD RUN reboot'];
    const files = [{ path: 'marker', text: 'well but for its ONBUILD' }];
    return world.push('on-build', await image({ files, says: { config: { OnBuild } } }));
  },
  async ends(offered, world) {
    const { why, evidence } = await offered.rejected();

    expect(evidence['contents']?.verdict).toBe('fail');
    expect(why).toContain('ONBUILD');
    expect(world.hasSung()).toBe(false);
  },
};

export const words = [metacharacters, onBuild];
