/** What settings name by its address, and where apps are deployed: the topic, the storage account, Application Insights, container groups. */
import { z } from 'zod';
import type { Facts } from '../../shared/domain/doctor/facts.ts';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import type { App, Policy } from '../../shared/domain/policy.ts';
import { isLoopback } from '../../shared/loopback.ts';
import type { Settings } from '../../shared/settings.ts';
import type { Reader } from './reader.ts';

const GROUPS = '2023-05-01';
const RESOURCE_GROUPS = '2022-09-01';

type ById = Seen<{ id: string }>;
type Resources = Pick<Facts, 'topic' | 'storage' | 'telemetry' | 'policyContainer'>;

/** Each has a list of its own in the subscription, and one property that says its address. */
const KINDS = {
  topic: {
    what: 'the Event Grid topics',
    list: 'Microsoft.EventGrid/topics?api-version=2025-02-15',
    schema: z
      .object({ id: z.string(), properties: z.object({ endpoint: z.string().nullish() }) })
      .transform(({ id, properties }) => ({ id, address: properties.endpoint ?? '' })),
  },
  storage: {
    what: 'the storage accounts',
    list: 'Microsoft.Storage/storageAccounts?api-version=2023-05-01',
    schema: z
      .object({
        id: z.string(),
        properties: z.object({ primaryEndpoints: z.object({ table: z.string().nullish() }).nullish() }),
      })
      .transform(({ id, properties }) => ({ id, address: properties.primaryEndpoints?.table ?? '' })),
  },
  blobs: {
    what: 'the storage accounts',
    list: 'Microsoft.Storage/storageAccounts?api-version=2023-05-01',
    schema: z
      .object({
        id: z.string(),
        properties: z.object({ primaryEndpoints: z.object({ blob: z.string().nullish() }).nullish() }),
      })
      .transform(({ id, properties }) => ({ id, address: properties.primaryEndpoints?.blob ?? '' })),
  },
  telemetry: {
    what: 'Application Insights',
    list: 'Microsoft.Insights/components?api-version=2020-02-02',
    schema: z
      .object({ id: z.string(), properties: z.object({ InstrumentationKey: z.string().nullish() }) })
      .transform(({ id, properties }) => ({ id, address: properties.InstrumentationKey ?? '' })),
  },
};

export async function lookAtResources(arm: Reader, subscription: string, settings: Settings): Promise<Resources> {
  const find = async (kind: keyof typeof KINDS, address: string): Promise<ById> => {
    const { what, list, schema } = KINDS[kind];
    const about = { what, where: subscription, right: 'the role "Reader" on the subscription' };
    const listed = await arm.list(`${subscription}/providers/${list}`, about, schema);
    if (listed.kind !== 'seen') return listed;
    const found = listed.value.find((each) => same(each.address, address));
    return found ? { kind: 'seen', value: { id: found.id } } : { kind: 'absent' };
  };
  const { announcementsEndpoint, tablesEndpoint, applicationInsights } = settings;
  const key = /InstrumentationKey=([^;]+)/i.exec(applicationInsights ?? '')?.[1];
  const [topic, account, policyContainer, telemetry] = await Promise.all([
    find('topic', announcementsEndpoint),
    find('storage', tablesEndpoint),
    settings.policy.kind === 'container' ? containerAt(settings.policy.url) : undefined,
    key === undefined ? undefined : find('telemetry', key),
  ]);
  const storage = notJustHere(tablesEndpoint, account);
  return {
    topic,
    ...(storage ? { storage } : {}),
    ...(policyContainer ? { policyContainer } : {}),
    ...(telemetry ? { telemetry } : {}),
  };

  async function containerAt(url: string): Promise<ById | undefined> {
    // On this machine the account is the first part of the path.
    const [, account = '', container] = /^(.+)\/([^/]+)\/?$/.exec(url) ?? [];
    const found = notJustHere(url, await find('blobs', account));
    if (found?.kind !== 'seen') return found;
    const id = `${found.value.id}/blobServices/default/containers/${container}`;
    return { kind: 'seen', value: { id } };
  }
}

/** On this machine storage may be a program alone, which is no resource of Azure. */
const notJustHere = (url: string, found: ById): ById | undefined =>
  found.kind === 'absent' && isLoopback(new URL(url).host) ? undefined : found;

/** With or without a slash at the end, and the port that is usual. */
const same = (a: string, b: string): boolean => plain(a) === plain(b);
const plain = (address: string): string =>
  (URL.canParse(address) ? new URL(address).href : address.toLowerCase()).replace(/\/$/, '');

const group = z
  .object({
    properties: z.object({ containers: z.array(z.object({ properties: z.object({ image: z.string() }) })) }),
  })
  .transform(({ properties }) => ({ images: properties.containers.map((each) => each.properties.image) }));

export async function lookAtGroups(
  arm: Reader,
  subscription: string,
  { apps }: Policy,
): Promise<Pick<Facts, 'groups' | 'resourceGroups'>> {
  const all = Object.values(apps);
  const names = [...new Set(all.map(({ resourceGroup }) => resourceGroup))];
  const [groups, resourceGroups] = await Promise.all([
    Promise.all(all.map(async (app) => [app.name, await containerGroup(app)] as const)),
    Promise.all(names.map(async (name) => [name, await resourceGroup(name)] as const)),
  ]);
  return { groups: Object.fromEntries(groups), resourceGroups: Object.fromEntries(resourceGroups) };

  function containerGroup({ name, resourceGroup: within, group: { name: called } }: App) {
    const id = `${subscription}/resourceGroups/${within}/providers/Microsoft.ContainerInstance/containerGroups/${called}`;
    const about = {
      what: `the container group of app ${name}`,
      where: id,
      right: `the role "Reader" on resource group ${within}`,
    };
    return arm.read(`${id}?api-version=${GROUPS}`, about, group);
  }

  function resourceGroup(name: string) {
    const id = `${subscription}/resourceGroups/${name}`;
    const about = { what: `the resource group ${name}`, where: id, right: 'the role "Reader" on it' };
    return arm.read(`${id}?api-version=${RESOURCE_GROUPS}`, about, z.object({}));
  }
}
