/** Makes the networks that steps use. None for a run of which no step needs one: making it takes a moment. */
import { engineName, type RunContext } from './run-context.ts';
import { shellWords } from './shell-words.ts';
import type { Plan } from './step.ts';

export async function prepareNetworks(context: RunContext, { steps, networks }: Plan): Promise<void> {
  const { engine, world, label, log } = context;
  const used = steps.flatMap(({ work, network }) => {
    const isContainer = work.kind === 'cmd' && shellWords(work.command)[0] !== world.config.runnerImage;
    return isContainer ? [network] : [];
  });
  for (const name of networks.filter((each) => used.includes(each))) {
    log.say(`Creating Docker network: ${name}, driver: 'bridge'`);
    await engine.createNetwork({ name: engineName(context, name), labels: [label] });
    log.say(`Successfully set up Docker network: ${name}`);
  }
}
