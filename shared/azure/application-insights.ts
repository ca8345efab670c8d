/**
 * What sends telemetry to Application Insights: Microsoft's exporters, signed in with Entra ID, and told to be quick about it.
 *
 * A request is sent once. What was not taken for a passing reason lies on this machine's disk (below its folder for temporary files, two days,
 * 50 MB) and is sent again a minute later, also by the next process; that is the exporters' own doing. So there is nothing to repeat here.
 */
import {
  AzureMonitorMetricExporter,
  AzureMonitorTraceExporter,
  type AzureMonitorExporterOptions,
} from '@azure/monitor-opentelemetry-exporter';
import type { TokenCredential } from '@azure/core-auth';
import { RestError, type PipelinePolicy } from '@azure/core-rest-pipeline';
import { ExportResultCode } from '@opentelemetry/core';
import type { PushMetricExporter } from '@opentelemetry/sdk-metrics';
import type { SpanExporter } from '@opentelemetry/sdk-trace-base';
import { TELEMETRY_DEADLINE_SECONDS } from './limits.ts';
import { nameRoles, neededRoles } from './needed-roles.ts';
import { deadlinePolicy } from './patience.ts';

export interface ApplicationInsights {
  spans: SpanExporter;
  metrics: PushMetricExporter;
}

export interface ApplicationInsightsOptions {
  connectionString: string;
  credential: TokenCredential;
  warn: (message: string) => void;
  /** One request, signing in included. */
  deadlineSeconds?: number;
  /** Where what was not taken waits, in place of the folder for temporary files. */
  waitingFolder?: string;
}

export function applicationInsights(options: ApplicationInsightsOptions): ApplicationInsights {
  const { connectionString, credential, warn, waitingFolder, deadlineSeconds = TELEMETRY_DEADLINE_SECONDS } = options;
  const news = newsOf(warn);
  const exporter: AzureMonitorExporterOptions = {
    connectionString,
    credential: patient(credential, { news, deadlineSeconds }),
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: watchPolicy(news), position: 'perCall' },
      { policy: deadlinePolicy(deadlineSeconds), position: 'perCall' },
    ],
    userAgentOptions: { userAgentPrefix: 'gated-import' },
    ...(waitingFolder === undefined ? {} : { storageDirectory: waitingFolder }),
  };
  const metrics = new AzureMonitorMetricExporter(exporter);
  return {
    spans: careful(new AzureMonitorTraceExporter(exporter)),
    metrics: {
      ...careful(metrics),
      forceFlush: () => metrics.forceFlush(),
      selectAggregationTemporality: (instrument) => metrics.selectAggregationTemporality(instrument),
    },
  };
}

type Done = (result: { code: ExportResultCode; error?: Error }) => void;

/**
 * Nobody looks at the promise that an export of theirs is, so what it throws would end the process; and their shutdown takes away what is
 * just being sent, before it can be put on the disk.
 */
function careful<Data>(exporter: { export(data: Data, done: Done): Promise<void>; shutdown(): Promise<void> }) {
  const sending = new Set<Promise<void>>();
  const send = async (data: Data, done: Done): Promise<void> => {
    try {
      await exporter.export(data, done);
    } catch (cause) {
      done({ code: ExportResultCode.FAILED, error: new Error('telemetry could not be said', { cause }) });
    }
  };
  return {
    export(data: Data, done: Done) {
      const sent = send(data, done).finally(() => sending.delete(sent));
      sending.add(sent);
    },
    async shutdown() {
      await Promise.all(sending);
      await exporter.shutdown();
    },
  };
}

interface News {
  taken(): void;
  refused(why: string): void;
}

/** Says when telemetry stops being taken and when it is taken again, each once: the exporters themselves keep silent about it. */
function newsOf(warn: (message: string) => void): News {
  let isRefused = false;
  return {
    taken() {
      if (isRefused) warn('Application Insights takes telemetry again');
      isRefused = false;
    },
    refused(why) {
      if (!isRefused) warn(`Application Insights does not take telemetry: ${why}`);
      isRefused = true;
    },
  };
}

const watchPolicy = (news: News): PipelinePolicy => ({
  name: 'gatedImportWatchPolicy',
  async sendRequest(request, next) {
    const response = await next(request).catch((error: Error) => {
      news.refused(error.message);
      throw error;
    });
    const { status } = response;
    if (status < 300) news.taken();
    else news.refused(`${status}${HINTS[status] ?? ''}`);
    // The exporters put on the disk what failed with such a status, but throw away what has one and a body that is not their JSON.
    if (PASSING.includes(status)) throw new RestError(`${status}`, { statusCode: status, request, response });
    return response;
  },
});

/** An identity that cannot be asked for a moment is no reason to lose what waits: to the exporters it is a connection that broke. */
const patient = (
  credential: TokenCredential,
  { news, deadlineSeconds }: { news: News; deadlineSeconds: number },
): TokenCredential => ({
  getToken: (scopes, options) =>
    credential
      .getToken(scopes, { ...options, abortSignal: AbortSignal.timeout(deadlineSeconds * 1000) })
      .catch((cause: Error) => {
        news.refused(cause.message);
        throw Object.assign(new RestError(cause.message, { code: RestError.REQUEST_SEND_ERROR }), { cause });
      }),
});

const PASSING = [401, 403, 408, 429, 500, 502, 503, 504];
const ROLE = `; the identity of the app needs the role ${nameRoles(neededRoles.telemetry)} on it`;
const HINTS: Record<number, string> = { 401: ROLE, 403: ROLE };
