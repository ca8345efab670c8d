/** Gates of a test's own policy: writes it, and asks about any of them, the app over its API and the registries themselves. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { missing } from '../../local/demo/until.ts';
import { thisArchitecture } from './oci-layout.ts';
import { whileAway, type CandidateSeen, type GateSeen, type System } from './system.ts';

type Within = { withinSeconds: number };

export interface Gate extends GateSeen {
  next: GateSeen['next'] & { until?: string };
}

export interface Gates {
  /** Answers the candidate once it is what `wanted` says. */
  candidate(
    at: { gate: string; digest: string },
    what: string,
    wanted: (candidate: CandidateSeen) => boolean,
    within?: Within,
  ): Promise<CandidateSeen>;
  /** Answers the gate once it is what `wanted` says. */
  gate(name: string, what: string, wanted: (gate: Gate) => boolean, within?: Within): Promise<Gate>;
  /** Waits until `repository:tag` of the base registry names the digest. */
  stable(repository: string, tag: string, digest: string, within?: Within): Promise<void>;
  /** What a check said, as the API tells it. */
  log(at: { gate: string; digest: string; check: string }): Promise<string>;
}

const WITHIN: Within = { withinSeconds: 60 };

export function gatesOf(system: System): Gates {
  const gate: Gates['gate'] = (name, what, wanted, within = WITHIN) =>
    system.wait(
      `gate "${name}" ${what}`,
      whileAway(async () => {
        const seen = (await system.ask.app(`/api/gates/${name}`)) as Gate;
        return wanted(seen) ? seen : missing(seen);
      }),
      within,
    );
  return {
    gate,
    async candidate({ gate: name, digest }, what, wanted, within) {
      const find = ({ candidates }: Gate) => candidates.find((one) => one.digest === digest);
      const seen = await gate(
        name,
        `has ${digest} ${what}`,
        (now) => {
          const candidate = find(now);
          return candidate !== undefined && wanted(candidate);
        },
        within,
      );
      return find(seen) as CandidateSeen;
    },
    async stable(repository, tag, digest, within = WITHIN) {
      await system.wait(
        `${repository}:${tag} in the base registry is ${digest}`,
        whileAway(async () => {
          const now = await system.ask.registries.base.digestOf(repository, tag);
          return now === digest ? true : missing(now ?? 'no such tag');
        }),
        within,
      );
    },
    async log({ gate: name, digest, check }) {
      const { app } = system.local.endpoints;
      const answer = await fetch(`${app}/api/gates/${name}/candidates/${digest}/checks/${check}/log`);
      const text = await answer.text();
      if (!answer.ok) throw new Error(`the log of ${check} was answered ${answer.status}: ${text}`);
      return text;
    },
  };
}

/** One gate of a `gates.yaml`, with one check. */
export const gateYaml = (
  name: string,
  { from, to, script, timeout = '1m' }: { from: string; to: string; script: string; timeout?: string },
): string => `  ${name}:
    from: ${from}
    to: ${to}
    platforms: [linux/${thisArchitecture}]
    checks:
      functional: { script: ${script}, timeout: ${timeout} }`;

/** Files by their path in the policy folder. */
export async function writePolicy(folder: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}
