/** The form of answers, field by field, as Azure gives them: what a client that reads more than the SDKs do would miss. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JSON_TYPE, modified, openAnswersWorld, time, type AnswersWorld, type Json } from './answers-world.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';

let world: AnswersWorld;
let webhook: Webhook;
let root: string;
let registry: string;
beforeAll(async () => {
  world = await openAnswersWorld();
  webhook = await openWebhook();
  ({ root, registry } = world);
});
afterAll(async () => {
  await world.close();
  await webhook.close();
});
const arm: AnswersWorld['arm'] = (...asked) => world.arm(...asked);

/** The names of the fields of an answer, at every depth. */
const fields = (value: unknown, path = ''): string[] => {
  if (value === null || typeof value !== 'object') return [path];
  if (Array.isArray(value)) return value.length === 0 ? [path] : value.flatMap((item) => fields(item, `${path}[]`));
  return Object.entries(value).flatMap(([key, item]) => fields(item, path === '' ? key : `${path}.${key}`));
};

describe('a registry', () => {
  it('says who changed it last, also in a list of resources, where times end in Z', async () => {
    await arm('PATCH', registry, { tags: { team: 'platform' } });

    const { body } = await arm('GET', registry);
    const filter = encodeURIComponent("resourceType eq 'Microsoft.ContainerRegistry/registries'");
    const { body: list } = await arm('GET', `${root}/resources?$filter=${filter}`);

    expect(body['systemData']).toEqual({ createdAt: time, ...modified });
    const [listed] = list['value'] as Json[];
    expect(fields(listed).toSorted()).toEqual(
      [
        ...['id', 'name', 'type', 'location', 'sku.name', 'sku.tier', 'tags.team', 'systemData.createdAt'],
        ...['systemData.lastModifiedAt', 'systemData.lastModifiedBy', 'systemData.lastModifiedByType'],
      ].toSorted(),
    );
    expect(listed?.['systemData']).toMatchObject({ createdAt: expect.stringMatching(/\dZ$/) as string });
  });

  it.each([
    ['Basic', 10 * 1024 ** 3, 2],
    ['Standard', 100 * 1024 ** 3, 10],
    ['Premium', 500 * 1024 ** 3, 500],
  ])('of %s includes what that includes', async (name, size, webhooks) => {
    await arm('PATCH', registry, { sku: { name } });

    const { body } = await arm('GET', `${registry}/listUsages`);

    expect(body['value']).toEqual(
      expect.arrayContaining([
        { name: 'Size', limit: size, currentValue: 0, unit: 'Bytes' },
        { name: 'Webhooks', limit: webhooks, currentValue: 0, unit: 'Count' },
      ]),
    );
  });
});

describe('a token', () => {
  it('is an operation, whose every answer says where to ask again', async () => {
    const scopeMapId = `${registry}/scopeMaps/_repositories_pull`;
    const put = await arm('PUT', `${registry}/tokens/reader-one`, { properties: { scopeMapId, status: 'enabled' } });
    const operation = put.headers.get('azure-asyncoperation') ?? '';

    const poll = await arm('GET', operation);

    expect(put.status).toBe(201);
    expect(put.body['properties']).toEqual({
      creationDate: time,
      provisioningState: 'Creating',
      scopeMapId,
      credentials: { certificates: [], passwords: [] },
      status: 'enabled',
    });
    expect(poll).toMatchObject({ status: 200, body: { status: 'Succeeded' } });
    expect(poll.headers.get('azure-asyncoperation')).toBe(operation);
  });

  it('has passwords that say until when, to the second where that is all', async () => {
    const scopeMapId = `${registry}/scopeMaps/_repositories_pull`;
    await arm('PUT', `${registry}/tokens/reader-two`, { properties: { scopeMapId } });

    const { status, body } = await arm('POST', `${registry}/generateCredentials`, {
      tokenId: `${registry}/tokens/reader-two`,
      name: 'password1',
      expiry: '2100-12-31T12:59:59+00:00',
    });

    expect(status).toBe(200);
    expect(body).toEqual({
      username: 'reader-two',
      passwords: [
        {
          name: 'password1',
          value: expect.any(String) as string,
          creationTime: time,
          expiry: '2100-12-31T12:59:59+00:00',
        },
      ],
    });
  });
});

describe('a key vault', () => {
  it('says how long what is deleted can be recovered', async () => {
    const { body } = await arm('GET', `${root}/providers/Microsoft.KeyVault/vaults`);

    const [vault] = body['value'] as Json[];
    expect(vault?.['properties']).toMatchObject({
      sku: { family: 'A', name: 'standard' },
      accessPolicies: [],
      enabledForDeployment: false,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
    });
  });

  it('answers in JSON with its charset, refusals too', async () => {
    const url = `${world.vaultUrl}/secrets/nothing/?api-version=7.4`;

    const refused = await fetch(url);
    const missing = await world.call(url, 'GET', { audience: 'https://vault.azure.net' });

    expect(refused.status).toBe(401);
    expect([refused.headers.get('content-type'), missing.headers.get('content-type')]).toEqual([JSON_TYPE, JSON_TYPE]);
  });
});

describe('event subscriptions', () => {
  const subscriptions = () => `${registry}/providers/Microsoft.EventGrid/eventSubscriptions`;
  const put = (name: string) =>
    arm('PUT', `${subscriptions()}/${name}`, {
      properties: { destination: { endpointType: 'WebHook', properties: { endpointUrl: webhook.url } } },
    });
  const list = async (filter: string) => {
    const { status, body } = await arm('GET', `${subscriptions()}?$filter=${encodeURIComponent(filter)}&$top=100`);
    const value = (body['value'] ?? []) as { name: string }[];
    return { status, names: value.map(({ name }) => name).toSorted(), error: body['error'] as Json | undefined };
  };

  it('name their topic in lower case, but for "resourceGroups"', async () => {
    const { body } = await put('pushes');

    expect(body['properties']).toMatchObject({
      topic: `${root}/resourceGroups/contract-rg/providers/microsoft.containerregistry/registries/baseregistry`,
    });
  });

  it('are listed by a part of the name, and by nothing else', async () => {
    await put('pushes');
    await put('deletes');

    expect(await list("CONTAINS(name,'USH')")).toMatchObject({ status: 200, names: ['pushes'] });
    expect(await list("name eq 'pushes'")).toMatchObject({ status: 400, error: { code: 'NotEmulated' } });
  });
});
