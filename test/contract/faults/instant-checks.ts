/**
 * A container engine without containers, for runs of script checks that end at once: the emulated Tasks does all it does, and the trusted shell
 * script of the check really runs; only the `docker` it calls is a few lines that know how each candidate ends.
 */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '../../../local/containers/engine.ts';

/** `redFile`: a file with the digests whose check fails, one a line. */
export function instantChecks({ redFile }: { redFile: string }): Engine {
  const none = { code: 0, stdout: '', stderr: '' };
  return {
    name: 'docker',
    label: 'gated-import=no-containers',
    network: 'none',
    // The emulated Container Instances asks at its start which containers are left; there are none.
    exec: async () => none,
    ok: async () => '',
    push: async () => {
      throw new Error('nothing is built here, so nothing is pushed by an engine');
    },
    async client({ folder }) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'docker'), docker(redFile));
      await chmod(join(folder, 'docker'), 0o700);
      return folder;
    },
    async ensureVolume({ folder }) {
      await mkdir(folder, { recursive: true });
      return folder;
    },
    ensureNetwork: async () => {},
    createNetwork: async () => {},
    removeAll: async () => {},
  };
}

const docker = (redFile: string) => `#!/bin/sh
case "$1 $2" in
'volume create') echo fresh-volume ;;
'run --rm')
  case "$*" in
  *'--entrypoint tar'*) exec cat >/dev/null ;;
  esac
  for word; do case "$word" in *@sha256:*) digest=\${word#*@} ;; esac; done
  if grep -q "$digest" '${redFile}'; then echo 'the colour is red'; exit 1; fi
  ;;
esac
`;
