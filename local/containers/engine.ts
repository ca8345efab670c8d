/**
 * Docker or podman, as the local cloud uses it: the same few commands, with the flags that this machine needs.
 *
 * `detect.ts` finds out which one works here. Everything the product starts carries the label `gated-import=<instance>`, so that it can be
 * found and removed again, also after a crash. Registries on `localhost` and `127.0.0.1` are used as docker uses them: https with any
 * certificate, else http. The logins of the person who runs it are never used; `login` names the ones to use.
 */
export interface Engine {
  readonly name: 'docker' | 'podman';
  /** The label of everything that belongs to this instance of the product: `gated-import=<instance>`. */
  readonly label: string;
  /** The container network of this instance; made by `ensureNetwork`. */
  readonly network: string;
  /**
   * Runs `<engine> <command…>`, with the global flags and settings this machine needs; for `run`, `create`, `volume create` and
   * `network create` also with the label. An image gets the label only where the store is shared with others (docker): podman has a store of
   * its own here, and a label is part of an image's digest. Never throws for a non-zero exit code.
   */
  exec(command: string[], options?: ExecOptions): Promise<Executed>;
  /** As `exec`, but a non-zero exit code is thrown as `EngineError` with the last lines of stderr. Answers stdout, trimmed. */
  ok(command: string[], options?: ExecOptions): Promise<string>;
  /**
   * A folder with one program `docker` in it, for a script that expects a docker client on its PATH: it acts on this engine with these flags
   * and this login, and puts `labels` on the containers, volumes and networks it makes. Answers the folder.
   */
  client(options: { folder: string; labels: string[]; login?: string }): Promise<string>;
  /** Pushes an image; `digest` is that of the manifest the registry now has. */
  push(image: string, options?: ExecOptions): Promise<Executed & { digest?: string }>;
  /** Makes a named volume whose files this process can read and write. Answers their folder: `folder` on docker, podman has one of its own. */
  ensureVolume(options: { name: string; folder: string; labels: string[] }): Promise<string>;
  ensureNetwork(): Promise<void>;
  /** Makes a network beside the instance's own, on which containers find each other by name and `--network-alias`. */
  createNetwork(options: { name: string; labels: string[] }): Promise<void>;
  /**
   * Removes every container, volume and network that carries the label, this instance's when none is given. With `images`, for a final
   * clean-up: also the images, what a killed build left, and the mounts and run folder of podman's own store. Call `ensureNetwork` to go on.
   */
  removeAll(options?: { label?: string; images?: boolean }): Promise<void>;
}

export interface ExecOptions {
  input?: string | Uint8Array;
  environment?: Record<string, string>;
  workingDirectory?: string;
  /** Folder with the `config.json` (in docker's format) of the registry logins to use; none when it is left out. */
  login?: string;
  /** Killed with SIGKILL after that; the exit code is then `null`. */
  timeoutMs?: number;
  signal?: AbortSignal;
  /** Called with each chunk as it comes, stdout and stderr interleaved. */
  onOutput?: (chunk: Buffer) => void;
}

export interface Executed {
  /** `null` when it was killed. */
  code: number | null;
  stdout: string;
  stderr: string;
}
