/** Registries as Azure Resource Manager has them: how they are set up, their tasks, and who is told of pushes. */
import { z } from 'zod';
import type { Registry } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import { host as hostSchema, type Host } from '../../shared/domain/reference.ts';
import { subscriptionsOf, topicOf, topicsOf } from './look-at-subscriptions.ts';
import { TASKS, tasksOf } from './look-at-tasks.ts';
import type { Reader } from './reader.ts';

/** A preview, because no stable version has the soft delete policy. */
const REGISTRIES = '2025-06-01-preview';
const READER = 'the role "Reader" on';

const policy = (days: 'days' | 'retentionDays') =>
  z
    .looseObject({ status: z.string() })
    .transform((value) => (value.status.toLowerCase() === 'enabled' ? Number(value[days] ?? 0) : undefined))
    .nullish();

const registry = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    loginServer: z.string(),
    adminUserEnabled: z.boolean().nullish(),
    anonymousPullEnabled: z.boolean().nullish(),
    roleAssignmentMode: z.string().nullish(),
    publicNetworkAccess: z.string().nullish(),
    networkRuleBypassOptions: z.string().nullish(),
    networkRuleSet: z.object({ defaultAction: z.string().nullish() }).nullish(),
    policies: z.object({ retentionPolicy: policy('days'), softDeletePolicy: policy('retentionDays') }).nullish(),
  }),
});

export interface RegistriesAsked {
  /** `/subscriptions/…` */
  subscription: string;
  hosts: Host[];
  quarantine: Host;
  agentPool?: string | undefined;
}

/** Those of these hosts that are in the subscription. */
export async function lookAtRegistries(
  arm: Reader,
  { subscription: where, hosts, quarantine, agentPool }: RegistriesAsked,
): Promise<Seen<Record<string, Registry>>> {
  const about = { what: 'the registries of the subscription', where, right: `${READER} the subscription` };
  const path = `${where}/providers/Microsoft.ContainerRegistry/registries?api-version=${REGISTRIES}`;
  const listed = await arm.list(path, about, registry);
  if (listed.kind !== 'seen') return listed;
  const topics = await topicsOf(arm, where);
  const found = listed.value.flatMap((each) => {
    const host = hostSchema.safeParse(each.properties.loginServer.toLowerCase()).data;
    return host && hosts.includes(host) ? [{ ...each, host }] : [];
  });
  const looked = found.map(async (each): Promise<[string, Registry]> => {
    const isQuarantine = each.host === quarantine;
    const topic = topicOf(topics, each.id);
    return [
      each.host,
      {
        ...setUp(each),
        tasks: await tasksOf(arm, each),
        subscriptions: await subscriptionsOf(arm, each, topics),
        ...(topic ? { topic } : {}),
        ...(isQuarantine && agentPool !== undefined ? { agentPool: await poolOf(arm, each, agentPool) } : {}),
      },
    ];
  });
  return { kind: 'seen', value: Object.fromEntries(await Promise.all(looked)) };
}

type Found = z.infer<typeof registry> & { host: Host };

function setUp({ id, name, host, properties }: Found): Omit<Registry, 'tasks' | 'subscriptions'> {
  const is = (value: string | null | undefined, wanted: string) => value?.toLowerCase() === wanted;
  const { retentionPolicy, softDeletePolicy } = properties.policies ?? {};
  return {
    id,
    name,
    host,
    byRepository: is(properties.roleAssignmentMode, 'abacrepositorypermissions'),
    adminUser: properties.adminUserEnabled === true,
    anonymousPull: properties.anonymousPullEnabled === true,
    closed: is(properties.publicNetworkAccess, 'disabled') || is(properties.networkRuleSet?.defaultAction, 'deny'),
    letsAzureIn: !is(properties.networkRuleBypassOptions, 'none'),
    ...(typeof retentionPolicy === 'number' ? { retentionDays: retentionPolicy } : {}),
    ...(typeof softDeletePolicy === 'number' ? { softDeleteDays: softDeletePolicy } : {}),
  };
}

const poolOf = (arm: Reader, { id, name }: Found, pool: string): Promise<Seen<object>> =>
  arm.read(
    `${id}/agentPools/${pool}?api-version=${TASKS}`,
    { what: `the agent pool ${pool} of registry ${name}`, where: id, right: `${READER} the registry` },
    z.object({}),
  );
