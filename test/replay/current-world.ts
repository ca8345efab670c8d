/** The checks of the current digest, asked again as days pass: a gate that scans, and what there is to see of it. */
import type { Digest } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { image, type Image } from '../fakes/images.ts';
import { call } from '../unit/functions/http/call.ts';
import { blue, gateWorld, green, MINUTE, red, type GateWorld, type WorldOptions } from './gate-world.ts';
import { scanEnding, valueOf } from './scan-ending.ts';
import { steering } from './steering.ts';

export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
const trivy = image(['trivy']);
const SCAN = `cve: { timeout: 7m, expires: 24h, vulnerabilities: { scanner: "public.example.com/aquasec/trivy@${trivy.manifest.digest}", args: ["{image}"], format: trivy, fail: { critical: any } } }`;

/** What is known of each image today; `garbled`: the scanner prints something that nobody can read. */
export type Findings = Map<Image, string[] | 'garbled'>;

/** A gate whose one check is a scan that counts for a day. */
export function scanningWorld(options: WorldOptions = {}) {
  const world = gateWorld(
    { gates: { 'soak: 3d': 'soak: 0s', 'functional: { script: checks/node.sh, timeout: 4m }': SCAN } },
    options,
  );
  world.ports.upstreams.set('public.example.com/aquasec/trivy:1', trivy.manifest);
  const findings: Findings = new Map([green, blue, red].map((one) => [one, []]));
  const scans: string[] = [];
  world.ports.runs.answer(({ quick }) => {
    if (!quick) return undefined;
    const scanned = valueOf(quick, 'candidate').split('@')[1] ?? '';
    scans.push(scanned);
    const garbled = [...findings].some(([one, found]) => one.manifest.digest === scanned && found === 'garbled');
    if (garbled) return { state: 'succeeded', log: 'nothing that anybody can read' };
    const known = [...findings].map(([one, found]) => ({
      image: one,
      vulnerabilities: found === 'garbled' ? [] : found,
    }));
    return scanEnding(quick, known);
  });
  const timesScanned = (digest: Digest) => scans.filter((one) => one === digest).length;
  return { world, on: steering(world), findings, timesScanned };
}

/** `world`: the one of now, since a test may lose one and go on in another. */
export function watching(world: () => GateWorld) {
  async function sweepAfter(ms: number): Promise<void> {
    await world().pass(ms);
    await world().wake('sweep', '');
    await world().pass(MINUTE);
  }

  const announced = (type: string) => world().ports.announcements.announced.filter((one) => one.type === type);

  const evidence = async (digest: Digest, check: string) =>
    (await readCandidate(world().ports.ledger, 'node', digest))?.evidence.get(check)?.value.evidence;

  const seen = async () => {
    const asked = { ...world().surroundings, stories: world().stories };
    const { text } = await call(asked, 'getGate', { params: { gate: 'node' } });
    return JSON.parse(text) as { recallProposed?: { digest: string; why: string }; open: string[] };
  };

  return { sweepAfter, announced, evidence, seen };
}
