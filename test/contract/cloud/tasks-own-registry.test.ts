/** Runs in a registry whose permissions are by repository (ABAC): they have the login of an identity, or none. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { app } from './services.ts';
import { SUBSCRIPTION } from './engine-world.ts';
import { openTasksSystem, PLATFORM, REGISTRY, RESOURCE_GROUP, type TasksSystem } from './tasks-system.ts';

const REGISTRY_ID = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}`;

let system: TasksSystem;
let sourceLocation: string;
beforeAll(async () => {
  system = await openTasksSystem();
  sourceLocation = await system.upload({ Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' });
  const byRepository = { properties: { roleAssignmentMode: 'AbacRepositoryPermissions' } };
  expect(await system.arm('PATCH', '', byRepository)).toMatchObject({ status: 200 });
});
afterAll(() => system.close());

const build = { imageNames: ['built:{{.Run.ID}}'], dockerFilePath: 'Dockerfile' };
const buildAs = (identity: string) =>
  system.runAsApp({
    step: { type: 'Docker', ...build, contextPath: sourceLocation },
    credentials: { sourceRegistry: { identity } },
  });

it('pushes nothing without an identity', async () => {
  const runId = await system.schedule({ type: 'DockerBuildRequest', ...build, platform: PLATFORM, sourceLocation });

  expect(await system.ended(runId)).toMatchObject({
    status: 'Failed',
    message: 'when specifying push, at least one credential is required',
  });
});

it('pulls nothing without an identity', async () => {
  const run = await system.runFile(['steps:', `  - cmd: ${system.base} echo was pulled`]);

  expect(run.status).toBe('Failed');
  expect(run.log).not.toContain('was pulled');
});

it('pushes as the identity that is named, as soon as that has a role for it', async () => {
  const before = await buildAs(app.clientId);
  system.roles.assign(app.objectId, 'Container Registry Repository Reader', REGISTRY_ID);
  const reader = await buildAs(app.clientId);
  system.roles.assign(app.objectId, 'Container Registry Repository Writer', REGISTRY_ID);
  const writer = await buildAs(app.clientId);

  expect([before, reader, writer].map(({ status }) => status)).toEqual(['Failed', 'Failed', 'Succeeded']);
  expect(writer.outputImages).toMatchObject([{ registry: system.registry, repository: 'built' }]);
  expect(system.logged.join('\n')).toContain(`roles: REFUSED app any token of ${REGISTRY_ID}`);
});

it('acts as no identity that its task does not have', async () => {
  expect(await buildAs('[system]')).toMatchObject({
    status: 'Failed',
    message: expect.stringContaining('[system]') as unknown,
  });
});
