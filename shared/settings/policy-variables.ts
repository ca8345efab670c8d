/**
 * The settings that a policy may name as `${NAME}`: every `…_REGISTRY` that is not the app's own, and what `POLICY_VARIABLES` lists.
 *
 * The quarantine registry is left out on purpose: nothing may be promoted into it. Nothing that looks like a secret gets in, since
 * what a policy names ends up in container groups and logs; secrets are `${secret:name}`. Whether a registry is well formed is said
 * where a policy names it: a machine may have others, such as `NPM_CONFIG_REGISTRY`, that are none of ours.
 */
const REGISTRY = /^[A-Z][A-Z0-9_]*_REGISTRY$/;
const NAME = /^[A-Z][A-Z0-9_]*$/;
const SECRET = /SECRET|PASSWORD|PASSWD|TOKEN|CREDENTIAL|CONNECTION|APIKEY|(?:^|_)(?:PWD|SAS|KEY|KEYS)(?:_|$)/;
/** The registry that only the app itself writes to. */
const OWN = 'QUARANTINE_REGISTRY';

type Environment = Record<string, string | undefined>;

export function policyVariables(environment: Environment): Record<string, string> {
  const names = [
    ...Object.keys(environment).filter((name) => REGISTRY.test(name)),
    ...listed(environment).filter((name) => NAME.test(name) && !SECRET.test(name)),
  ];
  const variables: Record<string, string> = {};
  for (const name of names) {
    const value = environment[name];
    if (name !== OWN && value !== undefined && value !== '') variables[name] = value;
  }
  return variables;
}

/** What is wrong with the names in `POLICY_VARIABLES`. `settings`: names of the app's own settings. */
export function variableProblems(environment: Environment, settings: string[]): string[] {
  return listed(environment).flatMap((name) => {
    const why = listedProblem(name, environment[name], settings);
    return why === undefined ? [] : [`POLICY_VARIABLES: "${name}" ${why}`];
  });
}

const listed = ({ POLICY_VARIABLES = '' }: Environment): string[] =>
  POLICY_VARIABLES.split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');

function listedProblem(name: string, value: string | undefined, settings: string[]): string | undefined {
  if (!NAME.test(name)) return 'is not a name: capitals, digits and "_". Example: REGION,STAGE';
  if (SECRET.test(name)) return 'looks like a secret. Put it into Key Vault and write ${secret:name} in the policy.';
  if (settings.includes(name)) return 'is a setting of the app itself. Give the policy one of its own.';
  if (value === undefined || value === '') return 'is listed but not set. Set it, or take it off the list.';
  return undefined;
}
