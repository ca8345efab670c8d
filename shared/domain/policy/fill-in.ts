/**
 * Fills `${NAME}` from the settings into one text of a policy file. `$${` is a literal `${`, for scripts in a group file.
 *
 * `${secret:name}` is checked and stays: only the activity that needs a secret reads it. Filling happens after YAML is parsed, so
 * a setting can never change the structure of a file. Messages list names of settings, never their values.
 */
import { didYouMean } from './did-you-mean.ts';

/** Key Vault secret names: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates */
const SECRET = /^secret:[0-9A-Za-z-]{1,127}$/;
const SETTING = /^[A-Z][A-Z0-9_]*$/;

export interface FillIn {
  settings: Record<string, string>;
  secrets: 'allowed' | 'refused';
}

export interface Filled {
  text: string;
  /** Names of the settings that were filled in. */
  used: string[];
  problems: string[];
}

export function fillIn(text: string, { settings, secrets }: FillIn): Filled {
  const used: string[] = [];
  const problems: string[] = [];
  const filled = text.replaceAll(
    /\$\$\{(secret:)?|\$\{([^{}]*)\}|\$\{/g,
    (whole: string, literalSecret?: string, inside?: string) => {
      if (whole.startsWith('$$')) {
        if (literalSecret) problems.push('"$${secret:" cannot be written literally: it would be filled in later.');
        return '${';
      }
      if (inside === undefined) problems.push('"${" has no closing "}". For a literal "${" write "$${".');
      else if (inside.startsWith('secret:')) problems.push(...secretProblems(inside, secrets));
      else if (!SETTING.test(inside)) problems.push(notASetting(inside));
      else if (!Object.hasOwn(settings, inside)) problems.push(undeclared(inside, settings));
      else {
        used.push(inside);
        return settings[inside] ?? '';
      }
      return whole;
    },
  );
  return { text: filled, used, problems };
}

function secretProblems(inside: string, secrets: FillIn['secrets']): string[] {
  if (secrets === 'refused') {
    return ['"${secret:…}" may stand only under "upstreams" and in container group files.'];
  }
  if (SECRET.test(inside)) return [];
  return ['"${secret:…}" needs the name of a Key Vault secret: letters, digits and "-", 127 at most.'];
}

const notASetting = (inside: string): string =>
  `"\${${inside}}" names no setting: names are capitals, digits and "_". For a literal "\${" write "$\${".`;

const undeclared = (name: string, settings: Record<string, string>): string =>
  `setting "\${${name}}" is not declared.${didYouMean(name, Object.keys(settings))}` +
  ' Settings that end in _REGISTRY and those listed in POLICY_VARIABLES may be named.';
