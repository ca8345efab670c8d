/** A small image of one's own for tests of the engine: a static busybox on nothing. */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from '../../local/containers/engine.ts';
import { findBusybox } from '../../local/setup/busybox.ts';

export async function buildBusybox(engine: Engine, options: { tag: string; more?: string }): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'gated-import-image-'));
  const busybox = findBusybox();
  if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  await cp(busybox, join(context, 'busybox'));
  const lines = [
    'FROM scratch',
    'COPY busybox /bin/busybox',
    'RUN ["/bin/busybox", "--install", "/bin"]',
    'ENV PATH=/bin',
  ];
  await writeFile(join(context, 'Dockerfile'), [...lines, options.more ?? '', ''].join('\n'));
  await engine.ok(['build', '--tag', options.tag, context], { timeoutMs: 60_000 });
  await rm(context, { recursive: true });
}
