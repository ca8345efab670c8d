/** What runs in an app's container group, and whether it answers as the policy says it should. */
import { digestsOf } from '../../../shared/domain/container-group.ts';
import type { App } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import type { AppState, Running } from '../../../shared/domain/rollout-state.ts';
import type { Group } from '../../../shared/ports/container-groups.ts';
import type { Probes } from '../../../shared/ports/probes.ts';

const PROBE_TIMEOUT_SECONDS = 5;

/** Container Instances: a group is settled when its provisioning state is one of these. */
const SETTLED = ['Succeeded', 'Failed', 'Canceled'];

export function whatRuns(app: App, group: Group | undefined): Running {
  if (!group) return { kind: 'absent' };
  if (!SETTLED.includes(group.provisioning)) return { kind: 'in-transition' };
  if (group.state === 'Stopped') return { kind: 'stopped' };
  if (group.provisioning !== 'Succeeded' || group.state === 'Failed') {
    return {
      kind: 'failed',
      message: `the container group is ${group.state ?? group.provisioning}${lastEvents(group)}`,
    };
  }
  const digests = new Set(
    digestsOf(
      app,
      group.containers.map(({ image }) => image),
    ),
  );
  const [digest] = digests;
  return { kind: 'running', ...(digests.size === 1 && digest ? { digest } : {}) };
}

/** `digest`: what was deployed; something else that runs is not healthy, however well it answers. */
export async function askHealth(
  probes: Probes,
  app: App,
  { group, running, digest }: { group: Group | undefined; running: Running; digest: Digest | undefined },
): Promise<AppState['health']> {
  const bad = (message: string): AppState['health'] => ({ kind: 'bad', message });
  if (!group || running.kind !== 'running') return bad(`the container group is ${running.kind}`);
  if (running.digest !== digest) return bad(`it runs ${running.digest ?? 'something else'}`);
  const down = group.containers.filter(({ state }) => state !== 'Running');
  if (down.length > 0) {
    return bad(
      `${down.map(({ name, state, detail }) => `container ${name} is ${detail || state || 'not started'}`).join(', ')}${lastEvents(group)}`,
    );
  }
  if (!app.health) return { kind: 'good' };
  if (!group.ip) return bad('the container group has no address');
  const { path, port, status } = app.health;
  const url = `http://${group.ip}:${port}${path}`;
  const answer = await probes.get(url, { timeoutSeconds: PROBE_TIMEOUT_SECONDS });
  if ('problem' in answer) return bad(`${url}: ${answer.problem}`);
  return answer.status === status ? { kind: 'good' } : bad(`${url} answered ${answer.status}, not ${status}`);
}

const lastEvents = ({ events }: Group) => (events.length > 0 ? ` (${events.slice(-3).join('; ')})` : '');
