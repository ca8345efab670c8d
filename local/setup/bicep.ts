/**
 * Brings the Bicep CLI, at the one version that the snapshots of `infra/` were made with; another one may word them differently.
 *
 * One on the PATH is taken if it is that version. Otherwise `dotnet restore` gets it from NuGet into this user's cache, where every checkout
 * finds it.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';

export const BICEP_VERSION = '0.49.2';

/** The CLI does without ICU, which small machines lack. */
export const bicepEnvironment = { DOTNET_SYSTEM_GLOBALIZATION_INVARIANT: '1' };

export class BicepMissing extends Error {
  readonly code = 'BicepMissing';

  constructor(why: string) {
    super(
      `The Bicep CLI ${BICEP_VERSION} is needed for the templates in infra/. ${why} ` +
        `Install the .NET SDK (https://dot.net), or put bicep ${BICEP_VERSION} on the PATH (https://github.com/Azure/bicep/releases), then run this again.`,
    );
  }
}

/** Its path. Throws `BicepMissing`; then `ensureBicep` was not run. */
export function findBicep(): string {
  const found = onPath() ?? restored();
  if (found === undefined) throw new BicepMissing('It is not there.');
  return found;
}

export async function ensureBicep(): Promise<void> {
  if (onPath() ?? restored()) return;
  await mkdir(cache(), { recursive: true });
  await withLock(join(cache(), 'restore.lock'), async () => {
    // Another process may have brought it while this one waited.
    if (restored() === undefined) await restore();
  });
}

function onPath(): string | undefined {
  const { status, stdout } = spawnSync('bicep', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, ...bicepEnvironment },
  });
  return status === 0 && stdout.includes(`version ${BICEP_VERSION} `) ? 'bicep' : undefined;
}

function restored(): string | undefined {
  const program = process.platform === 'win32' ? 'bicep.exe' : 'bicep';
  const path = join(cache(), packageName().toLowerCase(), BICEP_VERSION, 'tools', program);
  return existsSync(path) ? path : undefined;
}

const cache = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'gated-import', 'bicep');

function packageName(): string {
  const systems: Partial<Record<NodeJS.Platform, string>> = { darwin: 'osx', win32: 'win' };
  return `Azure.Bicep.CommandLine.${systems[process.platform] ?? process.platform}-${process.arch}`;
}

/** A project of nothing but the package: so NuGet's own settings (sources, proxy, credentials) hold. */
async function restore(): Promise<void> {
  console.error(`Getting the Bicep CLI ${BICEP_VERSION} from NuGet (115 MB), for the templates in infra/`);
  const project = join(cache(), 'bicep.csproj');
  await writeFile(
    project,
    `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <TargetFramework>net8.0</TargetFramework>
    <DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences>
  </PropertyGroup>
  <ItemGroup>
    <PackageDownload Include="${packageName()}" Version="[${BICEP_VERSION}]" />
  </ItemGroup>
</Project>
`,
  );
  try {
    execFileSync('dotnet', ['restore', project, '--packages', cache(), '--verbosity', 'quiet'], {
      stdio: ['ignore', 2, 2],
    });
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new BicepMissing(missing ? 'There is no dotnet to get it with.' : 'NuGet did not give it; see above.');
  }
  if (restored() === undefined) throw new BicepMissing(`The package ${packageName()} does not hold it.`);
}
