/** Where the files of one local system lie in its directory, and where what it is made from lies in this repository. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const repositoryRoot = fileURLToPath(new URL('..', import.meta.url));
export const walkthrough = join(repositoryRoot, 'examples', 'hello-world');
/** A second example: a gate that asks for a signature, a scan and a person. */
export const toolboxExample = join(repositoryRoot, 'examples', 'toolbox');

export const layoutOf = (directory: string) => ({
  endpoints: join(directory, 'endpoints.json'),
  logs: join(directory, 'logs'),
  /** Of the emulated Azure: its configuration, and its state with the certificate and, for podman, the images. */
  cloudConfig: join(directory, 'cloud.json'),
  cloud: join(directory, 'cloud'),
  tls: join(directory, 'cloud', 'tls'),
  declared: join(directory, 'declared.json'),
  storage: join(directory, 'storage'),
  /** Durable history of the app's orchestrations. */
  hostDatabase: join(directory, 'host.sqlite'),
  /** Who may sign in. */
  people: join(directory, 'people.json'),
  repositories: join(directory, 'repos'),
  policy: join(directory, 'policy'),
});
export type Layout = ReturnType<typeof layoutOf>;
