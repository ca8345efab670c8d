/** Whether an engine really builds and runs containers here: an image with one tiny program, one `RUN` in its build, one run of it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Engine } from './engine.ts';
import { lastLines } from './errors.ts';
import { probeProgram } from './probe-program.ts';

const IMAGE = 'gated-import-probe';
const DOCKERFILE = 'FROM scratch\nCOPY probe /probe\nRUN ["/probe"]\nENTRYPOINT ["/probe"]\n';
const EACH_WITHIN_MS = 60_000;

/** `undefined`: it works. Else what it said. */
export async function probe(engine: Pick<Engine, 'exec'>): Promise<string | undefined> {
  const program = probeProgram(process.arch);
  if (!program) return `this machine is ${process.arch}, and only x64 and arm64 are known`;
  const context = await mkdtemp(join(tmpdir(), 'gated-import-probe-'));
  try {
    await writeFile(join(context, 'probe'), program, { mode: 0o755 });
    await writeFile(join(context, 'Dockerfile'), DOCKERFILE);
    const built = await engine.exec(['build', '--tag', IMAGE, context], { timeoutMs: EACH_WITHIN_MS });
    if (built.code !== 0) return `build: ${lastLines(built.stderr)}`;
    // It ends with the number of its arguments, so this is an answer that nothing but the program can give.
    const ran = await engine.exec(['run', '--rm', '--network', 'none', IMAGE, 'a', 'b', 'c'], {
      timeoutMs: EACH_WITHIN_MS,
    });
    return ran.code === 3 ? undefined : `run: exit code ${ran.code}: ${lastLines(ran.stderr)}`;
  } finally {
    await engine.exec(['rmi', '--force', IMAGE], { timeoutMs: EACH_WITHIN_MS });
    await rm(context, { recursive: true, force: true });
  }
}
