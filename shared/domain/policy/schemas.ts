/** Schemas of the single values that a policy is made of. Descriptions complete `"from" is missing: …`. */
import { z } from 'zod';
import { parseDuration } from '../duration.ts';
import { NAME } from '../ids.ts';
import { BadReference, parseReference, parseTagReference } from '../reference.ts';

export const NAME_RULE = 'a name is made of a-z, 0-9 and "-", 40 characters at most';
export const isName = (text: string): boolean => NAME.test(text);

export const name = z.string().regex(NAME, NAME_RULE);

export const tagReference = parsed(parseTagReference).meta({ title: 'reference with a tag' });

export const repositoryReference = parsed((text) => {
  const { tag, digest, ...reference } = parseReference(text);
  if (tag ?? digest) throw new BadReference(text, 'this takes a repository without tag or digest');
  return reference;
}).meta({ title: 'reference without a tag' });

const DURATION_RULE = 'write a duration of at most a year as a number and s, m, h or d, such as 90s, 5m, 72h or 7d';

/** For a strict object inside a value, whose keys are not read one by one. */
export const onlyKeys = (...known: string[]) => ({
  error: ({ code, keys }: z.core.$ZodRawIssue): string | undefined =>
    code === 'unrecognized_keys'
      ? `unknown key "${(keys as string[]).join('", "')}"; there are ${known.join(', ')}`
      : undefined,
});

/** Milliseconds. */
export const duration = z
  .string(DURATION_RULE)
  .transform((text, context) => {
    const milliseconds = parseDuration(text);
    if (milliseconds !== undefined) return milliseconds;
    context.issues.push({ code: 'custom', message: `"${text}" is no duration; ${DURATION_RULE}`, input: text });
    return z.NEVER;
  })
  .meta({ title: 'duration' });

export const platform = z
  .string()
  .regex(/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9]+)?$/, 'a platform is os/arch or os/arch/variant, such as linux/amd64')
  .meta({ title: 'platform' });

export const tagPattern = z
  .string()
  .regex(/^[A-Za-z0-9_.*-]{1,128}$/, 'a pattern is made of the characters of a tag, and "*" for any text');

/** Task names: swagger of `Microsoft.ContainerRegistry/registries/tasks` (as in `@azure/arm-containerregistry` 11). */
export const taskName = z
  .string()
  .regex(/^[A-Za-z0-9_-]{5,50}$/, 'the name of an ACR task has 5 to 50 letters, digits, "-" and "_"');

export const buildArgument = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftresources */
export const resourceGroup = z
  .string()
  .regex(
    /^(?=.{1,90}$)[\p{L}\p{N}_().-]*[\p{L}\p{N}_()-]$/u,
    'the name of a resource group has at most 90 letters, digits, "_", "-", "(", ")" and ".", and does not end in "."',
  );

/** https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftcontainerinstance */
export const containerGroupName = z
  .string()
  .regex(
    /^(?=.{1,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/,
    'the name of a container group has at most 63 lower-case letters, digits and single "-" between them',
  );

/** A path below the policy folder, in forward slashes. */
export const policyPath = z
  .string()
  .transform((text) => text.replace(/^\.\//, ''))
  .refine((path) => path !== '' && !path.startsWith('/') && !path.includes('\\') && !path.split('/').includes('..'), {
    error: 'a path is relative to the policy folder, in forward slashes and without ".."',
  })
  .meta({ title: 'path' });

/** Only the name of a secret: what stands in the file is in the repository's history for ever, and is never repeated in a message. */
export const secretText = z
  .custom<string>(
    (value) => typeof value === 'string' && /^\$\{secret:[^{}]+\}$/.test(value),
    'a password is not written into a policy; put it into Key Vault and name it here: "${secret:name}"',
  )
  .meta({ title: 'name of a secret' });

function parsed<T>(parse: (text: string) => T) {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof BadReference)) throw error;
      context.issues.push({ code: 'custom', message: error.message, input: text });
      return z.NEVER;
    }
  });
}
