/**
 * Makes a program from a few bytes of machine code: an image with nothing else in it needs no download and no compiler.
 *
 * A static ELF executable: header, one program header, code (elf(5)).
 */
const BASE_ADDRESS = 0x400000;
const HEADER_BYTES = 64;
const PROGRAM_HEADER_BYTES = 56;
const CODE_AT = HEADER_BYTES + PROGRAM_HEADER_BYTES;

/** As the header names them. */
const MACHINES = { x64: 0x3e, arm64: 0xb7 };

/** `code`: machine code for each kind of machine. `undefined` on another kind. */
export function staticProgram(
  architecture: NodeJS.Architecture,
  code: Record<keyof typeof MACHINES, number[]>,
): Buffer | undefined {
  if (architecture !== 'x64' && architecture !== 'arm64') return undefined;
  const size = CODE_AT + code[architecture].length;
  const file = Buffer.alloc(size);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]); // ELF, 64 bits, little endian, version 1
  file.writeUInt16LE(2, 16); // an executable
  file.writeUInt16LE(MACHINES[architecture], 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(BASE_ADDRESS + CODE_AT), 24); // entry
  file.writeBigUInt64LE(BigInt(HEADER_BYTES), 32); // where the program header is
  file.writeUInt16LE(HEADER_BYTES, 52);
  file.writeUInt16LE(PROGRAM_HEADER_BYTES, 54);
  file.writeUInt16LE(1, 56);
  const header = file.subarray(HEADER_BYTES);
  header.writeUInt32LE(1, 0); // load it all
  header.writeUInt32LE(5, 4); // read and execute
  header.writeBigUInt64LE(BigInt(BASE_ADDRESS), 16);
  header.writeBigUInt64LE(BigInt(BASE_ADDRESS), 24);
  header.writeBigUInt64LE(BigInt(size), 32);
  header.writeBigUInt64LE(BigInt(size), 40);
  header.writeBigUInt64LE(0x1000n, 48); // alignment
  file.set(code[architecture], CODE_AT);
  return file;
}
