/** A login for one repository, of a scope map, a token and a generated password: it opens that repository, and nothing else anywhere. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { registriesOf } from '../../azure.ts';
import { createAzureClient, type AzureClient } from '../../provision/azure-client.ts';
import type { Login } from '../../provision/logins.ts';
import type { Context, Facts, Step } from '../story.ts';
import { claim, missing, until } from '../until.ts';
import { NODE, STABLE_TAG } from '../walkthrough.ts';

const REGISTRY_API_VERSION = '2023-07-01';
const TOKEN = 'walkthrough-pull';
const OPEN = 'pull-tokens/open';
const CLOSED = 'pull-tokens/closed';
const TAG = '1';
const IMPORTED_WITHIN_SECONDS = 30;

export const pullTokens: Step = {
  id: 'S4',
  title: 'a pull token scoped to one repository works there and nowhere else',
  async run(context) {
    const { ask, local, say } = context;
    const { team } = registriesOf(local.instance);
    const azure = createAzureClient(local.instance);
    await importImages(context, azure);
    const login = await makeToken(azure, team.id);
    say(`the token ${login.username} of ${team.name} may read ${OPEN}`);

    const statuses = {
      [OPEN]: await ask.registries.team.statusFor(OPEN, TAG, login),
      [CLOSED]: await ask.registries.team.statusFor(CLOSED, TAG, login),
      'push to it': await push(context, login),
      'another registry': await ask.registries.public.statusFor(NODE, STABLE_TAG, login),
    };
    const { [OPEN]: open, ...elsewhere } = statuses;
    claim(`it reads ${OPEN}`, open === 200, statuses);
    claim(
      'it can do nothing else',
      Object.values(elsewhere).every((status) => status === 401),
      statuses,
    );
    say(`manifest of ${OPEN}: ${open}; of ${CLOSED}: ${elsewhere[CLOSED]}`);
    const engine = await pullWithEngine(context, login);

    await azure.delete(`${team.id}/tokens/${TOKEN}`, REGISTRY_API_VERSION);
    const removed = await ask.registries.team.statusFor(OPEN, TAG, login);
    claim('a token that was deleted opens nothing', removed === 401, removed);
    await azure.delete(`${team.id}/scopeMaps/${TOKEN}`, REGISTRY_API_VERSION);
    await removeImages(context);
    return { registry: team.name, token: login.username, statuses, engine, statusOnceDeleted: removed };
  },
};

/** The same image in both repositories, so that only the token makes a difference. */
async function importImages({ ask, local }: Context, azure: AzureClient): Promise<void> {
  const { public: from, team } = registriesOf(local.instance);
  await azure.post(`${team.id}/importImage`, REGISTRY_API_VERSION, {
    source: { resourceId: from.id, sourceImage: `${NODE}:${STABLE_TAG}` },
    targetTags: [`${OPEN}:${TAG}`, `${CLOSED}:${TAG}`],
    mode: 'NoForce',
  });
  for (const repository of [OPEN, CLOSED]) {
    await until(
      `${repository}:${TAG} is imported`,
      async () => (await ask.registries.team.digestOf(repository, TAG)) ?? missing('no such tag'),
      { withinSeconds: IMPORTED_WITHIN_SECONDS },
    );
  }
}

async function makeToken(azure: AzureClient, registryId: string): Promise<Login> {
  const scopeMapId = `${registryId}/scopeMaps/${TOKEN}`;
  const tokenId = `${registryId}/tokens/${TOKEN}`;
  const actions = [`repositories/${OPEN}/content/read`];
  await azure.put(scopeMapId, REGISTRY_API_VERSION, { properties: { actions } });
  await azure.put(tokenId, REGISTRY_API_VERSION, { properties: { scopeMapId, status: 'enabled' } });
  const { username, passwords } = (await azure.post(`${registryId}/generateCredentials`, REGISTRY_API_VERSION, {
    tokenId,
    name: 'password1',
  })) as { username: string; passwords: { value: string }[] };
  const [password] = passwords;
  if (password === undefined) throw new Error(`no password was generated for ${tokenId}`);
  return { username, password: password.value };
}

/** The status of beginning to push. */
async function push({ local }: Context, login: Login): Promise<number> {
  const { url } = local.endpoints.registries.team;
  const answer = await fetch(`${url}/v2/${OPEN}/blobs/uploads/`, {
    method: 'POST',
    headers: { authorization: basic(login) },
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** As a person does, with `docker login` and `docker pull`. */
async function pullWithEngine({ local, say }: Context, login: Login): Promise<Facts> {
  const engine = local.engine;
  const { host } = local.endpoints.registries.team;
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-login-'));
  try {
    const { username, password } = login;
    const loggedIn = { login: folder };
    await engine.ok(['login', '--username', username, '--password-stdin', host], { ...loggedIn, input: password });
    await engine.ok(['pull', `${host}/${OPEN}:${TAG}`], loggedIn);
    await engine.ok(['rmi', `${host}/${OPEN}:${TAG}`]);
    const refused = await engine.exec(['pull', `${host}/${CLOSED}:${TAG}`], loggedIn);
    claim(`${engine.name} cannot pull ${CLOSED}`, refused.code !== 0, refused.stdout);
    say(`${engine.name} login, then pull of ${OPEN}: done; of ${CLOSED}: refused`);
    return { engine: engine.name, pulled: OPEN, refused: CLOSED, exitCode: refused.code };
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function removeImages({ ask, local }: Context): Promise<void> {
  const { url, username, password } = local.endpoints.registries.team;
  for (const repository of [OPEN, CLOSED]) {
    const answer = await fetch(`${url}/acr/v1/${repository}`, {
      method: 'DELETE',
      headers: { authorization: basic({ username, password }) },
    });
    await answer.arrayBuffer();
    const left = await ask.registries.team.tags(repository);
    claim(`${repository} is removed again`, answer.status === 202 && left.length === 0, {
      status: answer.status,
      left,
    });
  }
}

const basic = ({ username, password }: Login): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
