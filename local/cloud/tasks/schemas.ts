/** The bodies of ACR Tasks' requests, as `@azure/arm-containerregistry` 11 and az send them. What this emulation does not do is refused by name. */
import { z } from 'zod';
import { RUN_TIMEOUT_SECONDS } from './limits.ts';
import { equalFold, refused } from './schema-parts.ts';
import { status, trigger } from './trigger-schemas.ts';

const timeoutSeconds = z
  .number()
  .int()
  .min(
    RUN_TIMEOUT_SECONDS.least,
    `a timeout is between ${RUN_TIMEOUT_SECONDS.least} and ${RUN_TIMEOUT_SECONDS.most} seconds`,
  )
  .max(
    RUN_TIMEOUT_SECONDS.most,
    `a timeout is between ${RUN_TIMEOUT_SECONDS.least} and ${RUN_TIMEOUT_SECONDS.most} seconds`,
  )
  .default(RUN_TIMEOUT_SECONDS.default);

const setting = z.object({
  name: z.string().min(1),
  value: z.string().default(''),
  isSecret: z.boolean().default(false),
});
export type Setting = z.infer<typeof setting>;
const settings = z
  .array(setting)
  .nullish()
  .transform((list) => list ?? []);

const MACHINE = process.arch === 'x64' ? 'amd64' : process.arch;
const platform = z.object({
  os: equalFold('Linux', 'Windows').refine((os) => os === 'Linux', {
    error: 'NotSupportedLocally: a platform that is not Linux',
  }),
  architecture: equalFold('amd64', 'x86', '386', 'arm', 'arm64')
    .default('amd64')
    .refine((architecture) => architecture === MACHINE, {
      error: `NotSupportedLocally: a platform architecture that is not this machine's, ${MACHINE}`,
    }),
  variant: z.string().nullish(),
});
export type Platform = z.infer<typeof platform>;

const secretObject = z.object({ value: z.string(), type: equalFold('Opaque', 'Vaultsecret').default('Opaque') });
export type SecretObject = z.infer<typeof secretObject>;
const customRegistry = z.object({
  userName: secretObject.nullish(),
  password: secretObject.nullish(),
  identity: z.string().nullish(),
});
export type CustomRegistry = z.infer<typeof customRegistry>;
const credentials = z.object({
  sourceRegistry: z
    .object({
      loginMode: equalFold('None', 'Default').default('Default'),
      /** `[system]`, `[caller]`, a client id, or `none`. */
      identity: z.string().nullish(),
    })
    .nullish(),
  customRegistries: z.record(z.string(), customRegistry).nullish(),
});
export type Credentials = z.infer<typeof credentials>;

const context = { contextPath: z.string().nullish(), contextAccessToken: z.string().nullish() };
const dockerStep = z.object({
  type: z.literal('Docker'),
  ...context,
  imageNames: z
    .array(z.string())
    .nullish()
    .transform((list) => list ?? []),
  isPushEnabled: z.boolean().default(true),
  noCache: z.boolean().default(false),
  dockerFilePath: z.string().min(1),
  target: z.string().nullish(),
  arguments: settings,
});
const fileStep = z.object({
  type: z.literal('FileTask'),
  ...context,
  taskFilePath: z.string().min(1),
  valuesFilePath: z.string().nullish(),
  values: settings,
});
const encodedStep = z.object({
  type: z.literal('EncodedTask'),
  ...context,
  encodedTaskContent: z.string().min(1),
  encodedValuesContent: z.string().nullish(),
  values: settings,
});
export type DockerStep = z.infer<typeof dockerStep>;
export type FileStep = z.infer<typeof fileStep>;
export type EncodedStep = z.infer<typeof encodedStep>;
export type TaskStep = DockerStep | FileStep | EncodedStep;
export const taskStep = z.discriminatedUnion('type', [dockerStep, fileStep, encodedStep]);

const agentConfiguration = z.object({ cpu: z.number().int().positive().nullish() }).nullish();
const common = {
  isArchiveEnabled: z.boolean().default(false),
  agentPoolName: z.string().nullish(),
  logTemplate: refused('logTemplate'),
};
const quick = {
  ...common,
  timeout: timeoutSeconds,
  platform,
  agentConfiguration,
  sourceLocation: z.string().nullish(),
  credentials: credentials.nullish(),
};
export const runRequest = z.discriminatedUnion('type', [
  dockerStep
    .omit({ contextPath: true, contextAccessToken: true })
    .extend({ type: z.literal('DockerBuildRequest'), ...quick }),
  fileStep
    .omit({ contextPath: true, contextAccessToken: true })
    .extend({ type: z.literal('FileTaskRunRequest'), ...quick }),
  encodedStep
    .omit({ contextPath: true, contextAccessToken: true })
    .extend({ type: z.literal('EncodedTaskRunRequest'), ...quick }),
  z.object({
    type: z.literal('TaskRunRequest'),
    ...common,
    taskId: z.string().min(1),
    overrideTaskStepProperties: z
      .object({
        contextPath: z.string().nullish(),
        file: z.string().nullish(),
        target: z.string().nullish(),
        arguments: settings,
        values: settings,
        updateTriggerToken: z.string().nullish(),
      })
      .nullish(),
  }),
]);
export type RunRequest = z.infer<typeof runRequest>;

export const taskResource = z.looseObject({
  location: z.string().min(1),
  identity: z
    .looseObject({ type: z.string(), userAssignedIdentities: z.record(z.string(), z.unknown()).nullish() })
    .nullish(),
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({
    status,
    platform: platform.optional(),
    agentConfiguration,
    agentPoolName: common.agentPoolName,
    logTemplate: common.logTemplate,
    isSystemTask: z.literal(false, 'NotSupportedLocally: isSystemTask').default(false),
    timeout: timeoutSeconds,
    step: taskStep,
    trigger: trigger.nullish(),
    credentials: credentials.nullish(),
  }),
});
export type TaskResource = z.infer<typeof taskResource>;

export const agentPool = z.looseObject({
  location: z.string().min(1),
  tags: z.record(z.string(), z.string()).nullish(),
  properties: z.object({
    count: z.int().nonnegative().default(1),
    tier: z.string().min(1).default('S1'),
    os: equalFold('Linux', 'Windows')
      .refine((os) => os === 'Linux', { error: 'NotSupportedLocally: an agent pool that is not Linux' })
      .default('Linux'),
    virtualNetworkSubnetResourceId: z.string().nullish(),
  }),
});
export type AgentPool = z.infer<typeof agentPool>;
