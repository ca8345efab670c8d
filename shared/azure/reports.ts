/**
 * Reports in Azure Blob Storage: one container, made when it is first used, one JSON blob for each report.
 *
 * A report is read with a limit, as everything is that somebody else may have written over.
 */
import type { ContainerClient } from '@azure/storage-blob';
import type { Reports } from '../ports/reports.ts';
import { ask, refusedWith } from './ask.ts';
import type { Clients } from './clients.ts';
import { ServiceTrouble, type Question } from './errors.ts';
import { REPORT_BYTES } from './limits.ts';
import { neededRoles } from './needed-roles.ts';

const CONTAINER = 'reports';

export function azureReports({ blobContainer }: Pick<Clients, 'blobContainer'>): Reports {
  let ready: Promise<ContainerClient> | undefined;
  const container = (): Promise<ContainerClient> => {
    const client = ready ?? create(blobContainer(CONTAINER));
    ready = client;
    // A failure is not remembered: the next call tries again.
    client.catch(() => (ready = undefined));
    return client;
  };

  return {
    async put(key, report) {
      const bytes = Buffer.from(JSON.stringify(report));
      const blob = (await container()).getBlockBlobClient(key);
      await ask(about(`write ${CONTAINER}/${key}`), () =>
        blob.upload(bytes, bytes.length, { blobHTTPHeaders: { blobContentType: 'application/json' } }),
      );
    },

    async get(key) {
      const question = about(`read ${CONTAINER}/${key}`);
      const blob = (await container()).getBlockBlobClient(key);
      // The client cannot read a part of nothing, so it is told the size.
      const length = await ask(question, async () => (await blob.getProperties()).contentLength ?? 0).catch(
        refusedWith(404, () => 0),
      );
      if (length === 0) return undefined;
      if (length > REPORT_BYTES) throw new ServiceTrouble(question, { problem: `it has ${length} bytes` });
      const bytes = await ask(question, () => blob.downloadToBuffer(0, length));
      return JSON.parse(bytes.toString('utf8')) as unknown;
    },
  };
}

async function create(client: ContainerClient): Promise<ContainerClient> {
  await ask(about(`create the container ${CONTAINER}`), () => client.createIfNotExists());
  return client;
}

const about = (what: string): Question => ({
  service: 'Blob Storage',
  what,
  roles: neededRoles.reports,
});
