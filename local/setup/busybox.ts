/**
 * Finds a static busybox on this machine: the one program in the base of all images of the walkthrough.
 *
 * Static, because an image made `FROM scratch` has no loader and no libraries.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** ELF-64, little-endian: https://man7.org/linux/man-pages/man5/elf.5.html */
const ELF64_LITTLE_ENDIAN = Buffer.from([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
const PROGRAM_HEADERS_AT = 32;
const PROGRAM_HEADER_SIZE_AT = 54;
const PROGRAM_HEADER_COUNT_AT = 56;
/** The segment that names the loader of a program that is not static. */
const INTERPRETER_SEGMENT = 3;

/** Its path, or `undefined`. */
export function findBusybox(
  folders = (process.env.PATH ?? '').split(':').concat('/bin', '/usr/bin'),
): string | undefined {
  return folders.map((folder) => join(folder, 'busybox')).find((file) => existsSync(file) && isStaticProgram(file));
}

function isStaticProgram(file: string): boolean {
  const bytes = readFileSync(file);
  if (!bytes.subarray(0, ELF64_LITTLE_ENDIAN.length).equals(ELF64_LITTLE_ENDIAN)) return false;
  const start = Number(bytes.readBigUInt64LE(PROGRAM_HEADERS_AT));
  const size = bytes.readUInt16LE(PROGRAM_HEADER_SIZE_AT);
  const segments = Array.from({ length: bytes.readUInt16LE(PROGRAM_HEADER_COUNT_AT) }, (_, index) =>
    bytes.readUInt32LE(start + index * size),
  );
  return !segments.includes(INTERPRETER_SEGMENT);
}
