/** A process of the app that reads its policy from a container, round after round, at a time that the test holds. */
import type { TokenCredential } from '@azure/core-auth';
import { createClients, type Clients } from '../../../shared/azure/clients.ts';
import { policyContainer } from '../../../shared/azure/policy-container.ts';
import { policiesFrom } from '../../../shared/policies.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import { SETTINGS } from '../../unit/domain/policy-fixture.ts';

export const SECOND = 1_000;
const DAY = 24 * 3600 * SECOND;
const DEADLINE_SECONDS = 2;

export interface Round {
  /** Of the gate in the policy in force. */
  soakDays: number | undefined;
  problems: string[];
  refused: string | undefined;
}

export interface Rounds {
  /** By default the last answer has just ceased to count. */
  next(options?: { laterMs: number }): Promise<Round>;
}

export function startRounds({
  at: startsAt,
  container,
  clients,
  ledger,
}: {
  at: number;
  container: string;
  clients: Clients;
  ledger: Ledger;
}): Rounds {
  let at = startsAt;
  const now = () => at;
  const reader = policyContainer(clients, container, { now, deadlineSeconds: DEADLINE_SECONDS });
  const policies = policiesFrom({ reader, settings: SETTINGS, ledger, now });
  return {
    async next({ laterMs = SECOND } = { laterMs: SECOND }) {
      at += laterMs;
      const { policy, problems, refused } = await policies.current();
      const soakMs = policy?.gates['node']?.soakMs;
      return { soakDays: soakMs === undefined ? undefined : soakMs / DAY, problems, refused };
    },
  };
}

/** What a round says of a policy in force that nothing is wrong with. */
export const inForce = (soakDays: number): Round => ({ soakDays, problems: [], refused: undefined });

export const blobClients = (blobsEndpoint: string, credential: TokenCredential): Clients =>
  createClients(
    {
      ...{ subscriptionId: '', armEndpoint: 'https://localhost', keyVaultUrl: 'https://localhost' },
      ...{ tablesEndpoint: 'https://localhost', blobsEndpoint, announcementsEndpoint: 'https://localhost' },
    },
    { credential, deadlineSeconds: DEADLINE_SECONDS },
  );
