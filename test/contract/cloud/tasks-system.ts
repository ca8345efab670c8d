/** ACR Tasks on a real engine, with an emulated registry to pull from and push to, and the SDK's clients in front. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ContainerRegistryManagementClient, type RunRequestUnion } from '@azure/arm-containerregistry';
import { BlockBlobClient } from '@azure/storage-blob';
import { listen, newArmApp } from '../../../local/cloud/http.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRegistries } from '../../../local/cloud/registry/registries.ts';
import { withPushHints } from '../../../local/cloud/push-hints.ts';
import { createRoles, type Roles } from '../../../local/cloud/roles/roles.ts';
import { writeLogins } from '../../../local/cloud/tasks/credentials.ts';
import { createTasks } from '../../../local/cloud/tasks/tasks.ts';
import type { World } from '../../../local/cloud/world.ts';
import { anyone } from '../azure/wired-clients.ts';
import { buildImage, busyboxDockerfile, openEngineWorld, SUBSCRIPTION } from './engine-world.ts';
import { app, eventually, freePort } from './services.ts';

export const RESOURCE_GROUP = 'Registries-RG';
export const REGISTRY = 'Team';
const APP_IDENTITY = `/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${app.name}`;
/** Another one, that a run has no login for unless it is given one. */
export const PUBLISHER = 'Publisher';
export const RUNNER = 'example.test/runner:1';
export const PLATFORM = { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };
export const SECRETS: Record<string, string> = { 'https://vault.test/secrets/pull-user': 'user-of-the-vault' };
const ENDED = ['Succeeded', 'Failed', 'Canceled', 'Error', 'Timeout'];

export interface TasksSystem {
  world: World;
  roles: Roles;
  client: ContainerRegistryManagementClient;
  /** `localhost:<port>` of the registry. */
  registry: string;
  publisher: string;
  /** An image with a shell, pushed to the registry. */
  base: string;
  /** Its digest there. */
  baseDigest: string;
  logged: string[];
  /** ARM, as it comes: `path` is below the registry. */
  arm(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  schedule(request: object): Promise<string>;
  /** Schedules a task file that needs no source. */
  runFile(lines: string[], request?: object): Promise<Ended>;
  /** Runs a task with these properties that has the identity of the app; a quick run has none. */
  runAsApp(properties: object): Promise<Ended>;
  /** Waits until the run has ended, and its log with it. */
  ended(runId: string): Promise<Ended>;
  log(runId: string): Promise<{ text: string; complete?: string }>;
  /** Uploads the files as a tar.gz and answers the source location. */
  upload(files: Record<string, string>): Promise<string>;
  /** Pushes an image with that Dockerfile, to the registry or to another; answers its digest. */
  pushImage(name: string, dockerfile: string, to?: string): Promise<string>;
  /** A git repository; answers its path. Committing again adds to it. */
  commit(name: string, files: Record<string, string>): Promise<{ url: string; commit: string }>;
  close(): Promise<void>;
}

export interface Ended {
  runId: string;
  status: string;
  outputImages: { registry?: string; repository?: string; tag?: string; digest?: string }[];
  message?: string;
  log: string;
  complete?: string;
}

export async function openTasksSystem(): Promise<TasksSystem> {
  const [arm = 0, blobs = 0, port = 0, publisherPort = 0] = await Promise.all([1, 2, 3, 4].map(freePort));
  const opened = await openEngineWorld({
    // Programs and containers of a run are found by it: two files at once must not end each other's.
    instance: `tasks-${process.pid}`,
    ports: { arm, identity: 1, events: 1, blobs },
    registries: [
      { name: REGISTRY, resourceGroup: RESOURCE_GROUP, port },
      { name: PUBLISHER, resourceGroup: RESOURCE_GROUP, port: publisherPort },
    ],
    addresses: '127.0.9',
    runnerImage: RUNNER,
  });
  const { world, engine, logged } = opened;
  const { directory } = world;
  const identity = createIdentity({ world });
  const pushes = withPushHints({ publish: () => {} });
  const roles = createRoles({ world });
  const registries = createRegistries({ world, identity, roles, events: pushes });
  const [registry, publisher] = [`localhost:${port}`, `localhost:${publisherPort}`];

  const vault = { secret: (url: string) => SECRETS[url] };
  const tasks = createTasks({ world, registries, tags: registries, vault, pushes });
  const armApp = newArmApp();
  for (const service of [registries, tasks]) service.addArmRoutes(armApp);
  const listeners = [
    await listen(registries.dataPlane(REGISTRY), { port, what: 'a test', tls: world.tls }),
    await listen(registries.dataPlane(PUBLISHER), { port: publisherPort, what: 'a test', tls: world.tls }),
    await listen(armApp, { port: arm, what: 'a test', tls: world.tls }),
    await listen(tasks.blobs, { port: blobs, what: 'a test', tls: world.tls }),
  ];
  tasks.start();

  const endpoint = `https://localhost:${arm}`;
  const client = new ContainerRegistryManagementClient(anyone, SUBSCRIPTION, { endpoint });
  const login = join(directory, 'test-login');
  await writeLogins(
    login,
    [registry, publisher].map((host) => ({ registry: host, ...registries.login(host) })),
  );

  const pushImage = async (name: string, dockerfile: string, to: string = registry): Promise<string> => {
    const image = `${to}/${name}`;
    await buildImage(engine, { image, dockerfile, login });
    const pushed = await engine.push(image, { login });
    if (pushed.digest === undefined) throw new Error(`push of ${image}: ${pushed.stderr}`);
    await engine.ok(['rmi', image]);
    return pushed.digest;
  };

  const schedule = async (request: object): Promise<string> => {
    const run = await client.registries.beginScheduleRunAndWait(RESOURCE_GROUP, REGISTRY, request as RunRequestUnion);
    return run.runId ?? '';
  };
  const readLog = async (runId: string) => {
    const { logLink = '' } = await client.runs.getLogSasUrl(RESOURCE_GROUP, REGISTRY, runId);
    const blob = new BlockBlobClient(logLink);
    const { metadata } = await blob.getProperties();
    const complete = metadata?.['complete'];
    return { text: (await blob.downloadToBuffer()).toString(), ...(complete === undefined ? {} : { complete }) };
  };
  const ended = (runId: string): Promise<Ended> =>
    eventually(
      async () => {
        const run = await client.runs.get(RESOURCE_GROUP, REGISTRY, runId);
        if (!ENDED.includes(run.status ?? '')) return undefined;
        const { text, complete } = await readLog(runId);
        if (complete === undefined) return undefined;
        const { status = '', outputImages = [], runErrorMessage: message } = run;
        return { runId, status, outputImages, log: text, complete, ...(message === undefined ? {} : { message }) };
      },
      25_000,
      { everyMs: 100 },
    );

  // As it comes: the SDK is of an API version that knows no identity for the own registry.
  const call: TasksSystem['arm'] = async (method, path, body) => {
    const root = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}`;
    const headers = { 'content-type': 'application/json' };
    const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers }) };
    const answer = await fetch(`${endpoint}${root}${path}`, init);
    const text = await answer.text();
    return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
  };

  const baseDigest = await pushImage('base/shell:1', busyboxDockerfile('echo the default command'));
  return {
    ...{ world, roles, client, registry, publisher, logged, baseDigest, schedule, ended, pushImage, log: readLog },
    base: `${registry}/base/shell:1`,
    arm: call,
    async runAsApp(properties) {
      const identity = { type: 'UserAssigned', userAssignedIdentities: { [APP_IDENTITY]: {} } };
      const task = { location: 'westeurope', identity, properties: { platform: PLATFORM, ...properties } };
      const { status, body } = await call('PUT', '/tasks/as-the-app', task);
      if (status !== 200) throw new Error(`the task was answered ${status}: ${JSON.stringify(body)}`);
      return ended(await schedule({ type: 'TaskRunRequest', taskId: (body as { id: string }).id }));
    },
    async runFile(lines, request = {}) {
      const encodedTaskContent = Buffer.from(lines.join('\n')).toString('base64');
      return ended(
        await schedule({ type: 'EncodedTaskRunRequest', encodedTaskContent, platform: PLATFORM, ...request }),
      );
    },
    async upload(files) {
      const folder = await filesIn(join(directory, 'uploads'), files);
      const archive = `${folder}.tar.gz`;
      await run('tar', ['-czf', archive, '-C', folder, '.']);
      const { uploadUrl = '', relativePath = '' } = await client.registries.getBuildSourceUploadUrl(
        RESOURCE_GROUP,
        REGISTRY,
      );
      const bytes = await readFile(archive);
      await new BlockBlobClient(uploadUrl).upload(bytes, bytes.length);
      return relativePath;
    },
    async commit(name, files) {
      const url = join(directory, 'git', name);
      await mkdir(url, { recursive: true });
      await writeFiles(url, files);
      await run('git', ['init', '--quiet', '--initial-branch', 'main', url]);
      const git = async (...args: string[]) => (await run('git', ['-C', url, ...IDENTITY, ...args])).stdout.trim();
      await git('add', '--all');
      await git('commit', '--quiet', '--message', 'a change');
      return { url, commit: await git('rev-parse', 'HEAD') };
    },
    async close() {
      await tasks.stop();
      for (const listener of listeners) await listener.close();
      await opened.close();
    },
  };
}

const IDENTITY = ['-c', 'user.name=test', '-c', 'user.email=test@example.test', '-c', 'commit.gpgsign=false'];

const run = promisify(execFile);

async function filesIn(parent: string, files: Record<string, string>): Promise<string> {
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'gated-import-files-'));
  await writeFiles(folder, files);
  return folder;
}

async function writeFiles(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o755 });
  }
}
