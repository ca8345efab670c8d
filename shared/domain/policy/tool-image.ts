/**
 * The image of a tool, such as a scanner: by digest, or what a gate has promoted last.
 *
 * A tag can be moved to another image, and what is found by a tool that was replaced is worth nothing.
 */
import { z } from 'zod';
import type { ToolImage } from '../check.ts';
import { BadReference, formatReference, parseReference } from '../reference.ts';
import { name } from './schemas.ts';

export const toolImage = z
  .union([z.string(), z.strictObject({ gate: name })], 'name an image by digest, or a gate, such as { gate: trivy }')
  .transform((wanted, context): ToolImage => {
    const problem = (message: string) => {
      context.issues.push({ code: 'custom', message, input: wanted });
      return z.NEVER;
    };
    if (typeof wanted !== 'string') return { kind: 'gate', gate: wanted.gate };
    try {
      const { tag: _, digest, ...repository } = parseReference(wanted);
      if (digest) return { kind: 'image', image: { ...repository, digest } };
      return problem(
        `"${wanted}" is named by a tag, which can be moved to another image. Name the digest that you trust (${formatReference(repository)}@sha256:…), or let a gate follow it and write { gate: <its name> }`,
      );
    } catch (error) {
      if (!(error instanceof BadReference)) throw error;
      return problem(error.message);
    }
  })
  .meta({ title: 'reference with a digest, or a gate' });
