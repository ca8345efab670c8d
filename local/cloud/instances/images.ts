/**
 * Asks whether an image can be pulled, as Azure does before it accepts a container group, and pulls it.
 *
 * A registry of this cloud is asked for the manifest. Of another one the engine is asked to pull at once: what it finds is what a group would get.
 */
import { request } from 'node:https';
import { readFile } from 'node:fs/promises';
import { BadReference, parseReference } from '../../../shared/domain/reference.ts';
import type { RegistryService, World } from '../world.ts';
import { basic, credentialFor, withLogin, type Credential } from './credentials.ts';
import { limits } from './limits.ts';
import type { GroupProperties } from './specification.ts';

export interface Images {
  accessible(image: string, group: GroupProperties): Promise<boolean>;
  /** By tag it is pulled anew each time; answers the engine's id of what it has now. */
  pull(
    image: string,
    group: GroupProperties,
  ): Promise<{ kind: 'pulled'; imageId: string } | { kind: 'failed'; message: string }>;
}

const MANIFESTS = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
].join(', ');

export function newImages(parts: {
  world: World;
  registries: RegistryService;
  /** Ends a pull that is under way. */
  ending: AbortSignal;
}): Images {
  const { world, registries, ending } = parts;
  const { engine } = world;

  const idOf = async (image: string): Promise<string | undefined> => {
    const { code, stdout } = await engine.exec(['image', 'inspect', '--format', '{{.Id}}', image], {
      timeoutMs: limits.engineTimeoutMs,
    });
    return code === 0 ? stdout.trim() : undefined;
  };

  const pull: Images['pull'] = async (image, group) => {
    const { host } = locate(image);
    // An image that was built on this machine and never pushed has no registry to ask.
    const local = host === 'localhost' ? await idOf(image) : undefined;
    if (local) return { kind: 'pulled', imageId: local };
    const pulled = await withLogin(host, credentialFor(host, group, { registries, config: world.config }), (login) =>
      engine.exec(['pull', image], { login, timeoutMs: limits.pullTimeoutMs, signal: ending }),
    );
    const imageId = pulled.code === 0 ? await idOf(image) : undefined;
    return imageId ? { kind: 'pulled', imageId } : { kind: 'failed', message: lastLine(pulled.stderr) };
  };

  return {
    pull,
    async accessible(image, group) {
      const { host, path } = locate(image);
      if (!registries.loginServers().includes(host)) return (await pull(image, group)).kind === 'pulled';
      const status = await headManifest({
        url: `https://${host}${path}`,
        credential: credentialFor(host, group, { registries, config: world.config }),
        ca: await readFile(world.tls.caFile, 'utf8'),
      });
      return status === 200;
    },
  };
}

/** Host, and path of the manifest. What has no host is on Docker Hub, as everywhere; a malformed one has no host that is ours. */
function locate(image: string): { host: string; path: string } {
  try {
    const { host, repository, tag, digest } = parseReference(image);
    return { host, path: `/v2/${repository}/manifests/${digest ?? tag ?? 'latest'}` };
  } catch (error) {
    if (!(error instanceof BadReference)) throw error;
    return { host: 'docker.io', path: '' };
  }
}

function headManifest(options: { url: string; credential: Credential | undefined; ca: string }): Promise<number> {
  const { url, credential, ca } = options;
  return new Promise((resolve, reject) => {
    const asked = request(url, {
      method: 'HEAD',
      ca,
      headers: {
        accept: MANIFESTS,
        ...(credential ? { authorization: `Basic ${basic(credential)}` } : {}),
      },
    });
    asked.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject);
    asked.end();
  });
}

export const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.trim() ?? '';
