/** What the parts of one run's execution share. */
import type { Engine } from '../../containers/engine.ts';
import type { RegistryTags, World } from '../world.ts';
import type { ImageDependency, OutputImage, RunRecord } from './records.ts';
import type { RunLog } from './run-log.ts';

export interface RunContext {
  world: World;
  engine: Engine;
  run: RunRecord;
  log: RunLog;
  /** Aborted with the reason the run ends for: canceled, out of time, a step has failed, the cloud stops. */
  signal: AbortSignal;
  loginServer: string;
  /** Of the registries of this cloud. */
  tags: RegistryTags;
  /** On everything the run makes in the engine. */
  label: string;
  /** The named volume that is `/workspace` in a container, and where its files are on this machine. */
  volume: string;
  workspace: string;
  homeVolume: string;
  folders: RunFolders;
  /** Images made by this run: they are used as they are, all others are pulled anew, as on a fresh agent. */
  built: Set<string>;
  outputImages: OutputImage[];
  dependencies: ImageDependency[];
}

export interface RunFolders {
  /** Removed with everything in it. */
  all: string;
  home: string;
  /** With a folder for each step that has a program `docker` in it. */
  clients: string;
  /** With the `config.json` of the registry logins. */
  login: string;
  git: string;
}

/** One step's own part of it. */
export interface StepContext extends RunContext {
  /** First on PATH: the programs `docker` and the runner. */
  client: string;
}

/** Name of one run among all instances of the product on this machine. */
export const runLabel = (world: World, run: Pick<RunRecord, 'registry' | 'runId'>): string =>
  `gated-import-run=${runName(world, run)}`;

/** On what one step makes, so that it can be ended alone. */
export const stepLabel = (world: World, run: Pick<RunRecord, 'registry' | 'runId'>, step: string): string =>
  `gated-import-step=${runName(world, run)}.${step}`;

const runName = ({ config }: World, run: Pick<RunRecord, 'registry' | 'runId'>): string =>
  `${config.instance}.${run.registry.toLowerCase()}.${run.runId}`;

/** The engine's name of a thing that a task file names: the file's name is this run's only, the engine is everybody's. */
export const engineName = ({ volume }: Pick<RunContext, 'volume'>, name: string): string => `${volume}-${name}`;

/** Names the programs of a run, so that they can be found after a crash of the cloud. */
export const MARKER = 'GATED_IMPORT_RUN';
