/**
 * The image of the container that holds a group's network and volumes: it starts first, does nothing, and stays, so that a container of the group
 * can end and start again while the address, the ports and the others' connections live on. Kubernetes does the same.
 */
import type { Engine } from '../../containers/engine.ts';
import { staticProgram } from '../../containers/static-program.ts';
import { tarOf } from './tar.ts';

export class NoPauseProgram extends Error {
  readonly code = 'NoPauseProgram';

  constructor(architecture: string) {
    super(`container groups need an x64 or arm64 machine; this one is ${architecture}`);
  }
}

/** Answers the name of the image; makes it when the engine does not have it. */
export async function ensurePauseImage(engine: Engine): Promise<string> {
  const image = `localhost/gated-import-pause:1-${process.arch}`;
  const known = await engine.exec(['image', 'inspect', '--format', '{{.Id}}', image]);
  if (known.code === 0) return image;
  const layer = await tarOf([{ name: 'pause', mode: 0o755, content: pauseProgram(process.arch) }]);
  await engine.ok(['import', '--change', 'ENTRYPOINT ["/pause"]', '-', image], { input: layer });
  return image;
}

/** Waits for ever, in the kernel. Nothing ends it but a kill: the first process of a container ignores other signals. */
export function pauseProgram(architecture: NodeJS.Architecture): Buffer {
  const program = staticProgram(architecture, {
    // mov eax, 34 (pause); syscall; jmp back
    x64: [0xb8, 0x22, 0, 0, 0, 0x0f, 0x05, 0xeb, 0xf7],
    arm64: [
      // mov x0 to x4, 0
      ...[0x00, 0, 0x80, 0xd2, 0x01, 0, 0x80, 0xd2, 0x02, 0, 0x80, 0xd2, 0x03, 0, 0x80, 0xd2, 0x04, 0, 0x80, 0xd2],
      // mov x8, 73 (ppoll); svc 0; b back
      ...[0x28, 0x09, 0x80, 0xd2, 0x01, 0, 0, 0xd4, 0xf9, 0xff, 0xff, 0x17],
    ],
  });
  if (!program) throw new NoPauseProgram(architecture);
  return program;
}
