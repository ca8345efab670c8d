/** `gated-import policy push`: puts a policy folder where an app in Azure reads it, after it was checked as the app would. */
import { isContainer } from '../../shared/settings/policy-place.ts';
import { readArguments } from '../arguments.ts';
import { WrongUse, type Command } from '../command.ts';
import { POLICY_HELP, policyOptions, readPolicy } from '../policy.ts';
import { uploadPolicy } from '../upload-policy.ts';
import { refuse } from './check.ts';

const HELP = `gated-import policy push <policy folder> --to <container> [options]

Checks a policy folder as "gated-import check" does, and uploads it if it is valid. All its files go into one blob, so nobody ever reads
half of it. The app sees it at its next round, without being deployed or started again.

  --to <container>  its address, as the app's setting POLICY has it: https://<account>.blob.core.windows.net/<container>
  --wait            a role that was just given does not count at once: when it is refused, try for ten minutes
${POLICY_HELP}

You are whoever this machine is logged in as (az login), and need the role "Storage Blob Data Contributor" on the container.
Exit code 0: it is uploaded. 1: it is not valid, and nothing was uploaded, or it could not be. 2: not understood.`;

export const policy: Command = {
  name: 'policy',
  summary: 'policy push: upload a valid policy folder for an app in Azure',
  help: HELP,
  async run(args, terminal) {
    const options = { ...policyOptions, to: { type: 'string' }, wait: { type: 'boolean' } } as const;
    const { values, needed, given } = readArguments(args, { options, positionals: ['what', 'policy folder'] });
    if (given('what') !== 'push') throw new WrongUse('write "policy push <policy folder> --to <container>"');
    const folder = needed('policy folder');
    const { to } = values;
    if (to === undefined) throw new WrongUse('--to is missing: the address of the container');
    if (!isContainer(to)) {
      throw new WrongUse('--to: write https://<account>.blob.core.windows.net/<container>, without login and query');
    }

    const { files, parsed, open } = await readPolicy(folder, values, terminal);
    if (parsed.kind === 'invalid') return refuse(folder, parsed, terminal);
    const url = await uploadPolicy({ container: to, files, waits: values.wait === true }, terminal);
    terminal.say(`uploaded: ${url}, ${files.length} ${files.length === 1 ? 'file' : 'files'} of ${folder}`);
    terminal.say(
      open.length > 0
        ? `left open: ${open.join(', ')}; the app has values of its own, and GET /api/health says whether it takes the policy`
        : `GET /api/health names the policy in force: ${parsed.policy.hash}`,
    );
    return 0;
  },
};
