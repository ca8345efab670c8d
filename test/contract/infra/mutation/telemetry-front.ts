/** An ingestion endpoint of Application Insights that asks the roles of the emulated Azure, and one span that the app sends there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identities, inResourceGroup, resourceGroup } from '../../../../local/azure.ts';
import type { Cloud } from '../../../../local/cloud/cloud.ts';
import { applicationInsights } from '../../../../shared/azure/application-insights.ts';
import { applicationInsightsSink } from '../../../../shared/telemetry/application-insights-sink.ts';
import { telemetryTo } from '../../../../shared/telemetry/telemetry-to.ts';
import { A } from '../../../unit/domain/gate-builders.ts';
import { answer, startIngestion } from '../../azure/ingestion.ts';
import { localTls } from '../../azure/local-tls.ts';
import { credentialOf } from '../../cloud/services.ts';

const COMPONENT = inResourceGroup(resourceGroup, 'Microsoft.Insights/components', 'gated-import');
const WRITE = { dataAction: 'Microsoft.Insights/Telemetry/Write' };

/** How many spans were taken, and what the app warned of. */
export async function telemetryAs(cloud: Cloud): Promise<{ spans: number; warned: string[] }> {
  const folder = await mkdtemp(join(tmpdir(), 'gated-import-insights-'));
  const ingestion = await startIngestion(await localTls());
  const warned: string[] = [];
  let spans = 0;
  answer(ingestion.wire, ({ headers, body }) => {
    const caller = cloud.identity.verify(headers.authorization, ['https://monitor.azure.com']);
    if (!caller) return { status: 401 };
    if (!cloud.roles.may(caller.objectId, WRITE, COMPONENT)) {
      cloud.roles.logRefusal(caller.objectId, WRITE, COMPONENT);
      return { status: 403 };
    }
    const items = JSON.parse(body.toString()) as { data: { baseType: string } }[];
    spans += items.filter(({ data }) => data.baseType === 'RemoteDependencyData').length;
    return { status: 200, body: { itemsReceived: items.length, itemsAccepted: items.length, errors: [] } };
  });
  const exporters = applicationInsights({
    connectionString: ingestion.connectionString,
    credential: credentialOf(cloud.identity, { name: 'gated-import', ...identities.app }),
    warn: (message) => void warned.push(message),
    waitingFolder: folder,
  });
  const telemetry = telemetryTo([applicationInsightsSink(exporters)]);
  telemetry.settled(
    { gate: 'node', digest: A, opening: 1, sightedAt: cloud.world.clock.now() },
    { outcome: 'promoted', at: cloud.world.clock.now() },
  );
  await telemetry.close();
  await ingestion.wire.close();
  await rm(folder, { recursive: true });
  return { spans, warned };
}
