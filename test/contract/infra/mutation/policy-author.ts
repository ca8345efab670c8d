/** Whom the parameters of the walkthrough name as author of its policy: a folder, and the command line that uploads it with this identity. */
import { appendFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { policySettings } from '../../../../local/app-settings.ts';
import { identities, policyContainerUrl } from '../../../../local/azure.ts';
import type { Cloud } from '../../../../local/cloud/cloud.ts';
import type { Instance } from '../../../../local/instance.ts';
import { walkthrough, type Layout } from '../../../../local/layout.ts';
import { gatedImport, type Outcome } from '../../../unit/cli/terminal.ts';

export interface PolicyAuthor {
  /** Nothing is decided otherwise by it. */
  change(): Promise<void>;
  push(): Promise<Outcome>;
}

export async function policyAuthor(options: {
  cloud: Cloud;
  instance: Instance;
  layout: Layout;
}): Promise<PolicyAuthor> {
  const { cloud, instance, layout } = options;
  await writePolicy(layout);
  const author = { name: 'policy-author', ...identities.author };
  const signIn = async (scope: string) => cloud.identity.issue(author, scope.replace(/\/\.default$/, ''));
  return {
    change: () => appendFile(join(layout.policy, 'gates.yaml'), '# changed\n'),
    push: () =>
      gatedImport(
        ['policy', 'push', layout.policy, '--to', policyContainerUrl(instance)],
        policySettings({ instance, layout }),
        { signIn },
      ),
  };
}

/** The walkthrough's, but for what asks a container whether it is well; and an app that runs a promoted base as it is. */
async function writePolicy({ policy }: Pick<Layout, 'policy'>): Promise<void> {
  await mkdir(policy, { recursive: true });
  await cp(join(walkthrough, 'policy'), policy, { recursive: true });
  const edit = async (file: string, change: (text: string) => string) => {
    const path = join(policy, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  };
  await edit('apps/hello-world.yaml', (text) => text.replace(/\n +livenessProbe:[\s\S]*$/, '\n'));
  const group = await readFile(join(policy, 'apps/hello-world.yaml'), 'utf8');
  await writeFile(
    join(policy, 'apps/node.yaml'),
    group
      .replace('name: hello-world', 'name: node')
      .replace('dnsNameLabel: hello-world', 'dnsNameLabel: node-as-it-is')
      .replaceAll('${TEAM_REGISTRY}', '${BASE_REGISTRY}')
      .replace('/hello-world\n', '/node\n'),
  );
  await edit('gates.yaml', (text) =>
    text
      .replace(/\n +health:.*/, '')
      .replace(
        /\napps:\n/,
        '\napps:\n  node:\n    runs: node\n    group: apps/node.yaml\n    resourceGroup: hello-world-aci-rg\n',
      ),
  );
}
