/** What a run will do: steps, and what is made for them beforehand. */
export interface Plan {
  /** In the order of the file; each waits for steps before it only. */
  steps: Step[];
  /** Names of the networks to make. */
  networks: string[];
  volumes: SecretVolume[];
  /** Values that the plan holds and a log must not. */
  secrets: string[];
}

export interface SecretVolume {
  name: string;
  /** By file name. */
  files: Record<string, Buffer>;
}

export interface Step {
  id: string;
  /** Ids of the steps it waits for; none: it starts at once. */
  after: string[];
  startDelaySeconds: number;
  /** For all its attempts together, counted from the end of the delay. */
  timeoutSeconds: number;
  /** Below the workspace; empty: the workspace itself. */
  workingDirectory: string;
  /** `NAME=value` */
  environment: string[];
  /** Name of its network in the file; empty: none of the file's. */
  network: string;
  retry: Retry;
  /** How often more than once, whatever came of it. */
  repeats: number;
  ignoreErrors: boolean;
  work: CommandWork | { kind: 'build'; command: string } | { kind: 'push'; images: string[] };
}

export interface Retry {
  times: number;
  delaySeconds: number;
  /** Only when the output has one of these in it; none: always. */
  onErrors: string[];
}

export interface CommandWork {
  kind: 'cmd';
  /** `<image> <arguments…>`, for a shell. */
  command: string;
  entryPoint?: string;
  /** Works in the image's own folder. */
  keepWorkingDirectory: boolean;
  /** `always`: also an image that the run has made. `never`: it is used as this machine has it. */
  pull: 'fresh' | 'always' | 'never';
  /** Goes on in the background, until the run ends. */
  detach: boolean;
  /** Its container stays when it has ended, until the run ends. */
  keep: boolean;
  user?: string;
  ports: string[];
  expose: string[];
  mounts: { volume: string; path: string }[];
}
