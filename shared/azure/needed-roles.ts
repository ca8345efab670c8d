/**
 * The role that each call of the app needs, by place, as `infra/roles.bicep` gives it: what a refusal names as missing.
 *
 * A registry has other roles where its permissions are by repository, and a call knows a host and not which registry of the system it is, so
 * a hint names the role of each.
 */
import type { Place } from '../domain/doctor/roles.ts';

const READER = 'Container Registry Repository Reader';
const WRITER = 'Container Registry Repository Writer';
const IMPORTER = 'gated-import importer';
const LOCKER = 'gated-import locker';
const RUN_OPERATOR = 'gated-import run operator';
const GROUP_RUNNER = 'gated-import group runner';

export const neededRoles = {
  findRegistry: {
    quarantine: IMPORTER,
    base: IMPORTER,
    baseByRepository: IMPORTER,
    team: RUN_OPERATOR,
    teamByRepository: RUN_OPERATOR,
  },
  importImage: { quarantine: IMPORTER, base: IMPORTER, baseByRepository: IMPORTER },
  readImage: {
    quarantine: 'AcrPush',
    base: 'AcrPush',
    baseByRepository: WRITER,
    team: 'AcrPull',
    teamByRepository: READER,
  },
  pushImage: { quarantine: 'AcrPush', base: 'AcrPush', baseByRepository: WRITER },
  lockImage: { quarantine: LOCKER, base: LOCKER, baseByRepository: WRITER },
  deleteImage: { quarantine: 'AcrDelete' },
  run: { quarantine: RUN_OPERATOR, team: RUN_OPERATOR, teamByRepository: RUN_OPERATOR },
  readGroup: { apps: GROUP_RUNNER },
  putGroup: { apps: GROUP_RUNNER, pullIdentity: 'Managed Identity Operator' },
  readSecret: { vault: 'gated-import secret reader' },
  sign: { signingKey: 'gated-import record signer' },
  announce: { announcements: 'EventGrid Data Sender' },
  ledger: { storage: 'Storage Table Data Contributor' },
  reports: { storage: 'Storage Blob Data Owner' },
  readPolicy: { policy: 'Storage Blob Data Reader' },
  telemetry: { telemetry: 'Monitoring Metrics Publisher' },
} as const satisfies Record<string, Partial<Record<Place, string>>>;

export type NeededRoles = (typeof neededRoles)[keyof typeof neededRoles];

/** `"AcrPush" (quarantine, base) or "Container Registry Repository Writer" (base by repository)`; one role alone stands without its place. */
export function nameRoles(needed: NeededRoles): string {
  const given: [string, string][] = Object.entries(needed);
  const roles = [...new Set(given.map(([, role]) => role))];
  if (roles.length === 1) return `"${roles[0]}"`;
  const placesOf = (role: string) => given.filter(([, each]) => each === role).map(([place]) => inWords(place));
  return roles.map((role) => `"${role}" (${placesOf(role).join(', ')})`).join(' or ');
}

const inWords = (place: string): string => place.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
