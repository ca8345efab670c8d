/** Finds a thing of the policy in force. `undefined` when there is none such: it was removed, or there is no valid policy yet. */
import { fillSecrets, secretsIn } from '../../shared/domain/container-group.ts';
import type { App, Gate, Image } from '../../shared/domain/policy.ts';
import type { Host } from '../../shared/domain/reference.ts';
import type { Credentials } from '../../shared/ports/images.ts';
import type { Policies } from '../../shared/ports/policies.ts';
import type { Secrets } from '../../shared/ports/secrets.ts';

export const gateOf = async (policies: Policies, name: string): Promise<Gate | undefined> =>
  (await policies.current()).policy?.gates[name];

/** Those of these that there are. */
export async function gatesOf(policies: Policies, names: string[]): Promise<Gate[]> {
  const gates = (await policies.current()).policy?.gates ?? {};
  return names.flatMap((name) => gates[name] ?? []);
}

export const imageOf = async (policies: Policies, name: string): Promise<Image | undefined> =>
  (await policies.current()).policy?.images[name];

export const appOf = async (policies: Policies, name: string): Promise<App | undefined> =>
  (await policies.current()).policy?.apps[name];

/** For a step that only makes sense while the gate is in the policy; the look that follows says that it is not. */
export async function existingGate(policies: Policies, name: string): Promise<Gate> {
  const gate = await gateOf(policies, name);
  if (!gate) throw new NotInPolicy('gate', name);
  return gate;
}

export class NotInPolicy extends Error {
  readonly code = 'NotInPolicy';

  constructor(kind: string, name: string) {
    super(`${kind} "${name}" is not in the policy any more`);
  }
}

/** Credentials for a gate's upstream, read from the key vault now; none when the policy names none. Throws `MissingSecret`. */
export const upstreamCredentials = (ports: UpstreamPorts, gate: Gate): Promise<Credentials | undefined> =>
  readUpstreamCredentials(ports, gate.from.host);

/** The same for any public host. */
export async function readUpstreamCredentials(ports: UpstreamPorts, host: Host): Promise<Credentials | undefined> {
  const entry = (await ports.policies.current()).policy?.upstreams[host];
  return entry && fillSecrets(entry, await readSecrets(ports.secrets, secretsIn(entry)));
}

type UpstreamPorts = { policies: Policies; secrets: Secrets };

/** Values by name; names without a value are left out. */
export async function readSecrets(secrets: Secrets, names: string[]): Promise<Record<string, string>> {
  const found = await Promise.all(names.map(async (name) => [name, (await secrets.read(name))?.value] as const));
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
