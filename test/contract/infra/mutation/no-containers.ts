/**
 * A container engine without containers, for the whole walkthrough: it pulls from the registries and pushes to them, as whoever a run or a container
 * group logs in as, and nothing runs but the shell script of a check. What a build makes is the base's layers and one more.
 */
import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Engine, ExecOptions, Executed } from '../../../../local/containers/engine.ts';
import { instantChecks } from '../../faults/instant-checks.ts';
import { content, image as newImage, OCI_MANIFEST, type Content } from '../../cloud/registry-images.ts';
import { memoryContainers } from './memory-containers.ts';

const manifestSchema = z.looseObject({
  config: z.looseObject({ digest: z.string() }),
  layers: z.array(z.looseObject({ digest: z.string() })),
});
const configSchema = z.looseObject({ rootfs: z.looseObject({ diff_ids: z.array(z.string()) }) });
const loginSchema = z.object({ auths: z.record(z.string(), z.object({ auth: z.string() })) });

interface Pulled {
  digest: string;
  manifest: z.infer<typeof manifestSchema>;
  config: z.infer<typeof configSchema>;
  layers: Content[];
}

const done = (stdout = ''): Executed => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string): Executed => ({ code: 1, stdout: '', stderr });

/** `directory`: for its own files. */
export async function noContainers({ directory }: { directory: string }): Promise<Engine> {
  const redFile = join(directory, 'red');
  const buildsFile = join(directory, 'builds');
  await writeFile(redFile, '');
  await writeFile(buildsFile, '');
  const checks = instantChecks({ redFile });
  const containers = memoryContainers();
  /** By the name that it was pulled by. */
  const images = new Map<string, Pulled>();

  const pull = async (name: string, login: string | undefined): Promise<Executed> => {
    const { host, repository, reference } = readName(name);
    const ask = async (path: string) => {
      const headers = { accept: OCI_MANIFEST, authorization: await authorization(login, host) };
      const answer = await fetch(`https://${host}/v2/${repository}/${path}`, { headers });
      if (!answer.ok) throw new Refused(`GET ${path} of ${host}/${repository}: ${answer.status}`);
      return { bytes: Buffer.from(await answer.arrayBuffer()), digest: answer.headers.get('docker-content-digest') };
    };
    const blob = async (digest: string) => ({ digest, bytes: (await ask(`blobs/${digest}`)).bytes });
    try {
      const { bytes, digest } = await ask(`manifests/${reference}`);
      const manifest = manifestSchema.parse(JSON.parse(bytes.toString()));
      const config = configSchema.parse(JSON.parse((await blob(manifest.config.digest)).bytes.toString()));
      const layers = await Promise.all(manifest.layers.map((layer) => blob(layer.digest)));
      images.set(name, { digest: digest ?? '', manifest, config, layers });
      return done();
    } catch (error) {
      if (error instanceof Refused) return failed(error.message);
      throw error;
    }
  };

  /** What was built under that name: on the base that its build was given. */
  const built = async (name: string): Promise<{ manifest: Content; blobs: Content[] }> => {
    const line = (await readFile(buildsFile, 'utf8')).split('\n').findLast((each) => each.includes(`-t ${name} `));
    const base = images.get(/BASE_IMAGE=(\S+)/.exec(line ?? '')?.[1] ?? '');
    if (!base) throw new Error(`nothing was built as ${name} on an image that was pulled`);
    const own = await newImage(name);
    const [ownConfig, ownLayer] = own.blobs.map(({ bytes }) => bytes);
    const { rootfs } = configSchema.parse(JSON.parse(String(ownConfig)));
    const config = content(
      JSON.stringify({
        ...base.config,
        rootfs: { type: 'layers', diff_ids: [...base.config.rootfs.diff_ids, ...rootfs.diff_ids] },
      }),
    );
    const layer = content(ownLayer ?? '');
    const described = { ...base.manifest.layers[0], digest: layer.digest, size: layer.bytes.length };
    const manifest = content(
      JSON.stringify({
        ...base.manifest,
        config: { ...base.manifest.config, digest: config.digest, size: config.bytes.length },
        layers: [...base.manifest.layers, described],
      }),
    );
    return { manifest, blobs: [...base.layers, config, layer] };
  };

  const push = async (name: string, login: string | undefined): Promise<Executed & { digest?: string }> => {
    const { host, repository, reference } = readName(name);
    const { manifest, blobs } = await built(name);
    const send = async (method: string, path: string, { bytes }: Content, type: string): Promise<void> => {
      const headers = { 'content-type': type, authorization: await authorization(login, host) };
      const answer = await fetch(`https://${host}/v2/${repository}/${path}`, {
        ...{ method, headers, body: new Uint8Array(bytes) },
      });
      if (!answer.ok) throw new Refused(`${method} ${path} of ${host}/${repository}: ${answer.status}`);
    };
    try {
      for (const blob of blobs) {
        await send('POST', `blobs/uploads/?digest=${blob.digest}`, blob, 'application/octet-stream');
      }
      await send('PUT', `manifests/${reference}`, manifest, OCI_MANIFEST);
      return { ...done(), digest: manifest.digest };
    } catch (error) {
      if (error instanceof Refused) return failed(error.message);
      throw error;
    }
  };

  const exec = async (command: string[], options: ExecOptions = {}): Promise<Executed> => {
    const [verb, what = ''] = command;
    if (verb === 'pull') return pull(what, options.login);
    if (verb === 'image') return done(`sha256:${'1'.repeat(64)}`);
    return done(containers.run(command));
  };

  return {
    ...checks,
    exec,
    ok: async (command, options) => (await exec(command, options)).stdout,
    push: (name, options) => push(name, options?.login),
    async client(options) {
      const folder = await checks.client(options);
      await rename(join(folder, 'docker'), join(folder, 'docker-of-checks'));
      await writeFile(join(folder, 'docker'), docker(buildsFile));
      await chmod(join(folder, 'docker'), 0o700);
      return folder;
    },
  };
}

/** A build is only noted down. */
const docker = (buildsFile: string): string => `#!/bin/sh
case "$1" in
build) echo "$* " >>'${buildsFile}' ;;
*) exec "$0-of-checks" "$@" ;;
esac
`;

class Refused extends Error {}

function readName(name: string): { host: string; repository: string; reference: string } {
  const [, host = '', repository = '', reference = ''] = /^([^/]+)\/([^@]+?)(?:@|:)([^/]+)$/.exec(name) ?? [];
  if (reference === '') throw new Error(`"${name}" is no image of a registry here`);
  return { host, repository, reference };
}

async function authorization(login: string | undefined, host: string): Promise<string> {
  if (login === undefined) return '';
  const { auths } = loginSchema.parse(JSON.parse(await readFile(join(login, 'config.json'), 'utf8')));
  const auth = auths[host]?.auth;
  return auth === undefined ? '' : `Basic ${auth}`;
}
