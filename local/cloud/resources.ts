/**
 * Lists of resources of any type, in the subscription or in one group, as `az` asks for them to find one by its name.
 *
 * Each type's own list is asked, by the caller's own token; so what it may not read is not in the answer.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { armError, type App, type Env } from './http.ts';
import { readResourceFilter } from './resource-filter.ts';
import type { World } from './world.ts';

/** Those whose services list them for a whole subscription. */
const TYPES = [
  'Microsoft.ContainerInstance/containerGroups',
  'Microsoft.ContainerRegistry/registries',
  'Microsoft.EventGrid/systemTopics',
  'Microsoft.EventGrid/topics',
  'Microsoft.KeyVault/vaults',
];

/** Here times end in Z, whatever the service writes. */
const time = z.string().transform((text) => text.replace(/\+00:00$/, 'Z'));
const systemData = z.looseObject({ createdAt: time.optional(), lastModifiedAt: time.optional() });

const resource = z.object({
  id: z.string(),
  name: z.string(),
  type: z.string().optional(),
  location: z.string().optional(),
  sku: z.unknown().optional(),
  tags: z.unknown().optional(),
  identity: z.unknown().optional(),
  systemData: systemData.optional(),
});
const list = z.object({ value: z.array(resource) });

export function addResourceRoutes(arm: App, { config }: Pick<World, 'config'>): void {
  const ofType = async (c: Context<Env>, type: string): Promise<z.infer<typeof resource>[]> => {
    const url = new URL(`/subscriptions/${config.subscription}/providers/${type}`, c.req.url);
    const headers = { authorization: c.req.header('authorization') ?? '' };
    const answer = await arm.fetch(new Request(url, { headers }), c.env);
    // Who has no role at all in the subscription was refused before; a list of one type is never refused to the others.
    if (!answer.ok) throw new Error(`the list of ${type} was answered ${answer.status}: ${await answer.text()}`);
    return list.parse(await answer.json()).value.map((item) => ({ ...item, type }));
  };

  const answer = async (c: Context<Env>): Promise<Response> => {
    const filter = readResourceFilter(c.req.query('$filter'));
    if ('problem' in filter) return armError(c, 400, 'NotEmulated', filter.problem);
    const group = c.req.param('group');
    const types = TYPES.filter((type) => filter.type === undefined || type.toLowerCase() === filter.type);
    const all = (await Promise.all(types.map((type) => ofType(c, type)))).flat();
    const inGroup = all.filter(({ id }) => group === undefined || groupOf(id) === group);
    const value = inGroup.filter((item) =>
      filter.matches({
        resourcetype: item.type,
        name: item.name,
        location: item.location,
        resourcegroup: groupOf(item.id),
      }),
    );
    return c.json({ value });
  };
  arm.get('/subscriptions/:subscription/resources', answer);
  arm.get('/subscriptions/:subscription/resourcegroups/:group/resources', answer);
}

const groupOf = (id: string): string | undefined => /\/resourcegroups\/([^/]+)\//i.exec(id)?.[1]?.toLowerCase();
