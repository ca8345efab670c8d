/**
 * The smallest program there is: it ends with the number of its arguments as exit code.
 *
 * An image with nothing but this in it shows whether an engine can build and run here, with nothing to download.
 */
import { staticProgram } from './static-program.ts';

/** `undefined` on a kind of machine it is not written for. */
export const probeProgram = (architecture: NodeJS.Architecture): Buffer | undefined =>
  staticProgram(architecture, {
    // mov edi, [rsp]; dec edi; mov eax, 60 (exit); syscall
    x64: [0x8b, 0x3c, 0x24, 0xff, 0xcf, 0xb8, 0x3c, 0, 0, 0, 0x0f, 0x05],
    // ldr x0, [sp]; sub x0, x0, #1; mov x8, #93 (exit); svc #0
    arm64: [0xe0, 0x03, 0x40, 0xf9, 0x00, 0x04, 0x00, 0xd1, 0xa8, 0x0b, 0x80, 0xd2, 0x01, 0, 0, 0xd4],
  });
