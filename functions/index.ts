/**
 * The composition root: settings → clients → ports → activities, stories and triggers. The one place that reads the environment, and the one
 * place where anything is registered.
 */
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { applicationInsights } from '../shared/azure/application-insights.ts';
import { appCredential, createClients } from '../shared/azure/clients.ts';
import { policyContainer } from '../shared/azure/policy-container.ts';
import { azurePorts } from '../shared/azure/ports.ts';
import { ociUpstreams } from '../shared/oci/upstreams.ts';
import { policiesFrom } from '../shared/policies.ts';
import { policyFolder } from '../shared/policy-folder.ts';
import { policyVariables, readSettings } from '../shared/settings.ts';
import { applicationInsightsSink } from '../shared/telemetry/application-insights-sink.ts';
import { telemetryFile } from '../shared/telemetry/telemetry-file.ts';
import { telemetryTo } from '../shared/telemetry/telemetry-to.ts';
import { stories } from '../orchestrations/stories.ts';
import type { Surroundings } from './activities/activity.ts';
import { spanAttributes } from './activities/span-attributes.ts';
import { askedActivities } from './asked-activities.ts';
import { endpointHandler } from './http/endpoint.ts';
import { endpoints } from './http/endpoints/all.ts';
import { durableStories } from './stories.ts';
import { invocationLog, withLogOf } from './invocation-log.ts';
import { checkUpstreams } from './triggers/check-upstreams.ts';
import { onImagePushed } from './triggers/on-image-pushed.ts';

const read = readSettings(process.env);
if (read.kind === 'invalid') {
  throw new Error(`The settings are not complete:\n${read.problems.map((problem) => `  ${problem}`).join('\n')}`);
}
const { settings } = read;

const credential = appCredential(settings);
const warn = (message: string) => console.warn(message);
// The exporters read it from nowhere else; with it they tell Microsoft nothing about themselves.
process.env['APPLICATION_INSIGHTS_NO_STATSBEAT'] ??= '1';
const { telemetryFile: file, applicationInsights: connectionString } = settings;
const telemetry = telemetryTo([
  ...(file === undefined ? [] : [telemetryFile({ file, warn })]),
  ...(connectionString === undefined
    ? []
    : [applicationInsightsSink(applicationInsights({ connectionString, credential, warn }))]),
]);
app.hook.appTerminate(() => telemetry.close());

const clients = createClients(settings, { credential });
const azure = azurePorts(clients, { signingKey: settings.signingKey });
const { policy } = settings;
const reader = policy.kind === 'folder' ? policyFolder(policy.folder) : policyContainer(clients, policy.url);
const world: Surroundings = {
  ...azure,
  upstreams: ociUpstreams(),
  policies: policiesFrom({ reader, settings: policyVariables(process.env), ledger: azure.ledger }),
  quarantine: settings.quarantineRegistry,
  runnerImage: settings.runnerImage,
  ...(settings.probeImage === undefined ? {} : { probeImage: settings.probeImage }),
  startedAt: Date.now(),
  log: invocationLog,
  telemetry,
};

const durableClient = df.input.durableClient();
const storiesOf = (context: Parameters<typeof df.getClient>[0]) => durableStories(df.getClient(context));

for (const [name, story] of Object.entries(stories)) df.app.orchestration(name, story);

for (const [name, activity] of Object.entries(askedActivities(world))) {
  df.app.activity(name, {
    extraInputs: [durableClient],
    handler: (request: object, context) =>
      withLogOf(context, () =>
        telemetry.during<object>(name, spanAttributes(request), () => activity(request, storiesOf(context))),
      ),
  });
}

for (const endpoint of endpoints) {
  const handler = endpointHandler(endpoint, world, { authMode: settings.authMode, storiesOf, now: Date.now });
  app.http(endpoint.name, {
    methods: [endpoint.method],
    route: endpoint.route,
    authLevel: 'anonymous', // App Service authentication has checked the caller; see docs/architecture.md.
    extraInputs: [durableClient],
    handler: (request, context) => withLogOf(context, () => handler(request, context)),
  });
}

app.eventGrid('onImagePushed', {
  extraInputs: [durableClient],
  handler: (event, context) => onImagePushed(world, event, storiesOf(context), context),
});

app.timer('checkUpstreams', {
  schedule: '%SWEEP_SCHEDULE%',
  runOnStartup: false,
  extraInputs: [durableClient],
  handler: (_, context) => checkUpstreams(storiesOf(context), Date.now()),
});
